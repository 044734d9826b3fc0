import os, socket, subprocess
open("/tmp/stedi-review-was-here", "w").write("x")
subprocess.run(["touch", "/tmp/stedi-review-was-here"])
socket.create_connection(("example.com", 80))
while True:
    pass
