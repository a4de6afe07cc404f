# Reads {"records": {name: TXT}, "messages": [base64]} and prints, for each message, what dkimpy says of each of its signatures.

import base64
import json
import sys

import dkim
import nacl.signing  # Without it, dkimpy knows no Ed25519.

given = json.load(sys.stdin)


def look_up(name, timeout=5):
    record = given["records"].get(name.decode("ascii").rstrip("."))
    return record.encode("ascii") if record else None


def verdict(message, index):
    try:
        return "pass" if dkim.DKIM(message).verify(idx=index, dnsfunc=look_up) else "fail"
    except dkim.DKIMException as error:
        return "fail: %s" % error


def signatures(message):
    fields, _ = dkim.rfc822_parse(message)
    return sum(1 for name, _ in fields if name.lower() == b"dkim-signature")


def verdicts(message):
    return [verdict(message, index) for index in range(signatures(message))]


print(json.dumps([verdicts(base64.b64decode(message)) for message in given["messages"]]))
