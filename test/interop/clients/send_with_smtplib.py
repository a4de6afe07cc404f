# Sends one message with smtplib. Everything comes as JSON on standard input: settings, account, and the message in base64.

import base64
import json
import smtplib
import ssl
import sys

delivery = json.load(sys.stdin)
context = ssl.create_default_context(cafile=delivery["caFile"])
options = dict(local_hostname="app.example.test", timeout=20)

if delivery["implicitTls"]:
    server = smtplib.SMTP_SSL("localhost", delivery["port"], context=context, **options)
else:
    server = smtplib.SMTP("localhost", delivery["port"], **options)
server.set_debuglevel(1)
with server:
    if not delivery["implicitTls"]:
        server.starttls(context=context)
    server.ehlo()
    # smtplib takes PLAIN before LOGIN wherever both are offered.
    if delivery["mechanism"] == "LOGIN":
        server.esmtp_features["auth"] = server.esmtp_features["auth"].replace("PLAIN", "")
    server.login(delivery["username"], delivery["secret"])
    content = base64.b64decode(delivery["content"])
    server.sendmail(delivery["from"], delivery["recipients"], content, mail_options=["BODY=8BITMIME"])
