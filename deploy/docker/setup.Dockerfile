# What the two jobs of docker-compose.yml need: certificates.sh and harden-master.
ARG DEBIAN_IMAGE=debian:trixie-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssl curl jq ca-certificates >/dev/null \
  && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 deploy/docker/certificates.sh deploy/docker/harden-master /usr/local/bin/
USER 10002:0
