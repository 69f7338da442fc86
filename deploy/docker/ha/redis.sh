#!/bin/sh
# Entry point of Redis ("server") and of Sentinel ("sentinel") in the profile "ha" of docker-compose.yml. Both programs write to their
# configuration, which has passwords, so it is in memory and is lost at each stop. At each start the Sentinels are asked for the primary.
set -eu
umask 077
: "${REDIS_KEYCLOAK_PASSWORD:?is not set}" "${REDIS_APP_PASSWORD:?is not set}" "${REDIS_REPLICATION_PASSWORD:?is not set}"
configuration=/run/redis/redis.conf

ask() { # HOST PORT COMMAND…
  host=$1 port=$2
  shift 2
  REDISCLI_AUTH=$REDIS_REPLICATION_PASSWORD timeout 2 redis-cli -h "$host" -p "$port" --tls --cacert /trust/authority.pem \
    --user replication --no-auth-warning "$@" 2>/dev/null | tr -d '\r'
}

# Prints the primary: as another Sentinel names it, else as the servers of Redis say. At the first start, and after a stop of all, none answers, and
# it is redis-1. If that one lacks keys then, Keycloak writes them again.
primary() {
  for sentinel in sentinel-1 sentinel-2 sentinel-3; do
    [ "$sentinel" != "$HOSTNAME" ] || continue
    case $(ask "$sentinel" 26379 sentinel get-master-addr-by-name bulwark) in
      redis-1*) echo redis-1; return ;;
      redis-2*) echo redis-2; return ;;
    esac
  done
  for server in redis-1 redis-2; do
    [ "$server" != "$HOSTNAME" ] || continue
    case $(ask "$server" 6379 info replication) in
      *role:slave*master_host:redis-1*) echo redis-1; return ;;
      *role:slave*master_host:redis-2*) echo redis-2; return ;;
      *role:master*) echo "$server"; return ;;
    esac
  done
  echo redis-1
}

tls() { # PORT
  echo "$1" >/run/redis/port
  cat <<end
bind 0.0.0.0
port 0
tls-port $1
tls-cert-file /certificates/certificate.pem
tls-key-file /certificates/key.pem
tls-ca-cert-file /trust/authority.pem
tls-auth-clients no
tls-replication yes
user default off
end
}

server() {
  tls 6379
  # A primary without its replica still takes writes. Keycloak notices a failover, and writes again what the new primary lacks.
  cat <<end
appendonly yes
maxmemory 384mb
maxmemory-policy noeviction
dir /data
replica-announce-ip $HOSTNAME
replica-announce-port 6379
masteruser replication
masterauth $REDIS_REPLICATION_PASSWORD
user keycloak on >$REDIS_KEYCLOAK_PASSWORD ~revoked:* ~revocation:* ~limit:* ~bulwark:probe +@connection +info +set +get +ttl +expireat +eval +evalsha +time +zadd +zcard +zrange +zrem +zremrangebyscore +pexpire
user relying-app on >$REDIS_APP_PASSWORD %R~revoked:* %R~revocation:* +mget +exists +ping
user replication on >$REDIS_REPLICATION_PASSWORD allchannels +psync +replconf +ping +multi +slaveof +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill
end
  primary=$(primary)
  [ "$primary" = "$HOSTNAME" ] || echo "replicaof $primary 6379"
}

sentinel() {
  tls 26379
  # myid: with a random one, the others would count a Sentinel that was started again as one more, until no majority is left for a failover.
  cat <<end
dir /run/redis
user replication on >$REDIS_REPLICATION_PASSWORD allchannels +@all
user keycloak on >$REDIS_KEYCLOAK_PASSWORD allchannels +@connection +subscribe +sentinel|get-master-addr-by-name
sentinel sentinel-user replication
sentinel sentinel-pass $REDIS_REPLICATION_PASSWORD
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOSTNAME
sentinel announce-port 26379
sentinel myid $(printf %s "$HOSTNAME" | sha1sum | cut -c 1-40)
sentinel monitor bulwark $(primary) 6379 2
sentinel auth-user bulwark replication
sentinel auth-pass bulwark $REDIS_REPLICATION_PASSWORD
sentinel down-after-milliseconds bulwark 5000
sentinel failover-timeout bulwark 10000
end
}

case $1 in
  server)
    server >"$configuration"
    exec redis-server "$configuration"
    ;;
  sentinel)
    sentinel >"$configuration"
    exec redis-server "$configuration" --sentinel
    ;;
  *)
    echo "usage: redis.sh server|sentinel" >&2
    exit 1
    ;;
esac
