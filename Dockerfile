# The hub (`invigil-hub`, all of its processes) and the technician's `invigil`, as one image. What stands in the lock
# files is installed and nothing else; it runs as a user without rights. docker-compose.yml builds it.

FROM node:24.1.0-bookworm-slim AS dashboard
WORKDIR /build/hub/dashboard
COPY hub/dashboard/package.json hub/dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY hub/dashboard ./
RUN npm run build

FROM python:3.11.9-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /opt/invigil
COPY requirements/hub.txt requirements/hub.txt
RUN /opt/invigil/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/hub.txt
COPY pyproject.toml README.md ./
COPY contract contract
COPY agent agent
COPY hub hub
COPY provisioning provisioning
COPY models models
COPY systemd systemd
COPY --from=dashboard /build/hub/static hub/static
RUN /opt/invigil/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11.9-slim-bookworm
# Mosquitto for a hub that starts its own broker; PostgreSQL's programs for backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends mosquitto postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 invigil \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/invigil --no-create-home --shell /usr/sbin/nologin invigil \
    && install -d -o invigil -g invigil -m 0700 /var/lib/invigil /var/lib/invigil-broker /backup
COPY --from=packages /opt/invigil /opt/invigil
ENV PATH=/opt/invigil/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/invigil
VOLUME /var/lib/invigil
ENTRYPOINT ["invigil-hub"]
CMD ["serve", "--data", "/var/lib/invigil", "--host", "0.0.0.0"]
