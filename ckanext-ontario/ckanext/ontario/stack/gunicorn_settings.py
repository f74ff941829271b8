"""Gunicorn's settings for a portal: one process, several threads (two cores are little).

A CKAN process takes about 170 MB and 4 s to start; threads share it. Scale out by more
processes behind the load balancer (``WEB_CONCURRENCY``), not here.
"""

from __future__ import annotations

import os

wsgi_app = "ckanext.ontario.stack.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("ONTARIO_WEB_THREADS", "8"))
timeout = 120
graceful_timeout = 20
keepalive = 15
# Whose word counts for the scheme; docker-compose.yml, where only nginx can reach us, says "*".
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None
errorlog = "-"
control_socket_disable = True
