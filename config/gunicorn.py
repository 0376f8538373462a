"""gunicorn: threads, because requests wait for PostgreSQL and Stripe, not for the CPU."""

import os

bind = os.environ.get("FUND_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("FUND_WEB_WORKERS", "2"))
threads = 16  # twice as many as may wait for Stripe at once: no other page waits with them
timeout = 60
graceful_timeout = 20
max_requests = 50_000  # a worker takes seconds to start, and a rush must not wait for that
max_requests_jitter = 5_000
accesslog = None  # addresses may name a case; the proxy in front keeps its own, shorter log
control_socket_disable = True  # it would write into the home folder, which a service may not have
