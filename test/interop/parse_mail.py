# Messages from a JSON array of base64, and what is in them: the text, the HTML, and files by name.

import base64
import email
import email.policy
import json
import sys


def read(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    found = {"text": "", "html": "", "files": []}
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        is_text = part.get_content_disposition() != "attachment" and part.get_content_maintype() == "text"
        if is_text:
            text = content.decode(part.get_content_charset("utf-8")).replace("\r\n", "\n").rstrip()
            found["html" if part.get_content_subtype() == "html" else "text"] = text
        else:
            found["files"].append([part.get_filename() or "", base64.b64encode(content).decode()])
    return found


print(json.dumps([read(base64.b64decode(text)) for text in json.load(sys.stdin)]))
