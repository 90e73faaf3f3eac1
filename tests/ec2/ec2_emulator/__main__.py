"""`python -m ec2_emulator --port P` serves on 127.0.0.1; port 0 takes a free one. The address is printed when it is ready."""

import argparse
import logging

from .server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="ec2_emulator")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = serve(options.port)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
