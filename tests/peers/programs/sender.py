"""A page that links to a post, and ronkyuu, which finds the endpoint there and sends the Webmention.

In come the address and port to serve the page at, and the post; the status of the answer goes to the standard output.
"""

# mypy: ignore-errors

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import ronkyuu

ADDRESS, PORT, TARGET = sys.argv[1], int(sys.argv[2]), sys.argv[3]
PAGE = f"""<article class="h-entry"><a class="p-author h-card" href="/">Wanda</a>
<p class="e-content">I agree with <a class="u-in-reply-to" href="{TARGET}">this</a>.</p></article>"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())


server = HTTPServer((ADDRESS, PORT), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
source = f"http://{ADDRESS}:{PORT}/agree"
answer = ronkyuu.sendWebmention(source, TARGET, test_urls=False)
sys.stdout.write(f"{answer.status_code if answer is not None else 'no endpoint'}\n")
sys.stdout.flush()
sys.stdin.read()  # the page stays until the test has seen the comment
