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
    username, secret = delivery["username"], delivery["secret"]
    # smtplib knows no mechanism for tokens: its users give it one.
    if delivery["mechanism"] == "XOAUTH2":
        server.auth("XOAUTH2", lambda challenge=None: f"user={username}\1auth=Bearer {secret}\1\1")
    elif delivery["mechanism"] == "OAUTHBEARER":
        server.auth("OAUTHBEARER", lambda challenge=None: f"n,a={username},\1auth=Bearer {secret}\1\1")
    else:
        server.login(username, secret)
    content = base64.b64decode(delivery["content"])
    server.sendmail(delivery["from"], delivery["recipients"], content, mail_options=["BODY=8BITMIME"])
