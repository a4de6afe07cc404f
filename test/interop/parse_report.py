# Reads base64 messages, a JSON array, and prints what Python's own parser makes of each: its parts, the groups of fields in the status
# part, what came back, and every defect that it finds anywhere.

import base64
import email
import email.policy
import json
import sys

POLICY = email.policy.SMTPUTF8


def defects(message):
    return [repr(defect) for part in message.walk() for defect in part.defects]


def groups_of(part):
    groups = part.get_payload()
    if part.get_content_type() == "message/global-delivery-status":
        # It knows no groups there: the first is a header to it, the rest a body.
        octets = groups[0].as_bytes().replace(b"\n\n", b"\r\n\r\n")
        groups = [email.message_from_bytes(group, policy=POLICY) for group in octets.split(b"\r\n\r\n")]
    return [[[name, str(value)] for name, value in group.items()] for group in groups]


def text_of(part):
    if part.get_content_maintype() == "message":
        return part.get_payload(0).as_bytes().decode("utf-8")
    return part.get_payload(decode=True).decode("utf-8")


def describe(octets):
    message = email.message_from_bytes(octets, policy=POLICY)
    parts = message.get_payload()
    return {
        "type": message.get_content_type(),
        "reportType": message["Content-Type"].params.get("report-type"),
        "from": str(message["From"]),
        "to": str(message["To"]),
        "parts": [part.get_content_type() for part in parts],
        "words": parts[0].get_content(),
        "groups": groups_of(parts[1]),
        "returned": text_of(parts[2]) if len(parts) > 2 else None,
        "defects": defects(message),
    }


print(json.dumps([describe(base64.b64decode(each)) for each in json.load(sys.stdin)]))
