# HAProxy in front of two nodes of Keycloak: the profile "ha" of docker-compose.yml.
ARG DEBIAN_IMAGE=debian:trixie-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy >/dev/null \
  && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/ha/haproxy.cfg /etc/haproxy/haproxy.cfg
COPY --chmod=755 deploy/docker/ha/balancer.sh /usr/local/bin/balancer
USER 10003:0
EXPOSE 8443
# Requests in progress end first.
STOPSIGNAL SIGUSR1
ENTRYPOINT ["balancer"]
