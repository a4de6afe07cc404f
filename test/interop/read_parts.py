# Reads a JSON list of messages in base64 and prints, for each, what Python's email package finds: of each part its type, charset and
# file name, what is wrong with it, and its octets decoded.

import base64
import email
import json
import sys


def found(part):
    octets = None if part.is_multipart() else part.get_payload(decode=True).hex()
    defects = [type(defect).__name__ for defect in part.defects]
    return [part.get_content_type(), str(part.get_content_charset()), str(part.get_filename()), defects, octets]


messages = [email.message_from_bytes(base64.b64decode(each)) for each in json.load(sys.stdin)]
print(json.dumps([[found(part) for part in message.walk()] for message in messages]))
