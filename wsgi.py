"""The WSGI entry: `gunicorn wsgi:app`, `flask …`."""

import sys

from config.settings import ConfigurationError
from fund import create_app

try:
    app = create_app()
except ConfigurationError as error:
    sys.stderr.write(f"These settings cannot be used:\n{error}\n")
    sys.exit(2)
