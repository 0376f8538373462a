"""The WSGI entry: `gunicorn wsgi:app`, `flask …`."""

from fund import create_app

app = create_app()
