# nginx in front of the relying application: HTTPS, and API keys checked at Keycloak.
ARG DEBIAN_IMAGE=debian:trixie-slim
FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx \
    libnginx-mod-http-headers-more-filter >/dev/null \
  && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/gateway.conf /etc/nginx/nginx.conf
COPY --chmod=755 deploy/docker/gateway.sh /usr/local/bin/gateway
# www-data
USER 33:33
EXPOSE 8081
STOPSIGNAL SIGQUIT
ENTRYPOINT ["gateway"]
