# Reads a JSON list of messages in base64 and prints, for each, the header as Python's email package decodes it, every part with the names
# of its fields and its octets, and what is wrong anywhere.

import base64
import email
import email.policy
import json
import sys


def part(one):
    octets = None if one.is_multipart() else base64.b64encode(one.get_payload(decode=True)).decode()
    return {
        "type": one.get_content_type(),
        "disposition": one.get_content_disposition(),
        "name": one.get_filename(),
        "contentId": one["content-id"],
        "fields": one.keys(),
        "octets": octets,
    }


def read(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    headers = [[name, str(value)] for name, value in message.items()]
    named = [item for each in message.walk() for item in [("", each), *each.items()]]
    defects = [[name, type(defect).__name__] for name, one in named for defect in getattr(one, "defects", [])]
    return {"headers": headers, "parts": [part(one) for one in message.walk()], "defects": defects}


print(json.dumps([read(base64.b64decode(text)) for text in json.load(sys.stdin)]))
