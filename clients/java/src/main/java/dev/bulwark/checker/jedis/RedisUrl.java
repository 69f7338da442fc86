package dev.bulwark.checker.jedis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Where Redis is: the forms of Keycloak's option {@code url} of {@code redis-connection}.
 *
 * @param topology single server, Sentinel group or cluster
 * @param tls whether over TLS
 * @param hosts at least one; Sentinels for a Sentinel group, seeds for a cluster
 * @param master name of the Sentinel group; empty otherwise
 * @param database 0 or more; 0 for a cluster
 * @param user null if the URL names none
 * @param password null if the URL names none
 */
record RedisUrl(
    Topology topology,
    boolean tls,
    Set<HostAndPort> hosts,
    String master,
    int database,
    @Nullable String user,
    @Nullable String password) {

  enum Topology {
    STANDALONE(6379),
    SENTINEL(26379),
    CLUSTER(6379);

    private final int defaultPort;

    Topology(int defaultPort) {
      this.defaultPort = defaultPort;
    }
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if it is none; the message holds no secret
   */
  static RedisUrl parse(String url) {
    int schemeEnd = url.indexOf("://");
    String scheme = schemeEnd < 0 ? "" : url.substring(0, schemeEnd);
    boolean tls = scheme.startsWith("rediss");
    Topology topology =
        switch (tls ? "redis" + scheme.substring("rediss".length()) : scheme) {
          case "redis" -> Topology.STANDALONE;
          case "redis-sentinel" -> Topology.SENTINEL;
          case "redis-cluster" -> Topology.CLUSTER;
          default ->
              throw invalid(
                  "its scheme is none of redis, redis-sentinel, redis-cluster, rediss,"
                      + " rediss-sentinel, rediss-cluster");
        };
    String rest = url.substring(schemeEnd + 3);
    int pathStart = rest.indexOf('/', rest.lastIndexOf('@') + 1);
    String path = pathStart < 0 ? "" : rest.substring(pathStart + 1);
    String authority = pathStart < 0 ? rest : rest.substring(0, pathStart);

    int at = authority.lastIndexOf('@');
    String user = null;
    String password = null;
    if (at >= 0) {
      int colon = authority.indexOf(':');
      if (colon < 0 || colon > at) {
        throw invalid("its user information has no password");
      }
      user = colon == 0 ? null : decode(authority.substring(0, colon));
      password = decode(authority.substring(colon + 1, at));
    }
    Set<HostAndPort> hosts = hosts(authority.substring(at + 1), topology.defaultPort);

    String master = "";
    String number = path;
    if (topology == Topology.SENTINEL) {
      int query = path.indexOf("?db=");
      master = query < 0 ? path : path.substring(0, query);
      number = query < 0 ? "" : path.substring(query + "?db=".length());
      if (!master.matches("[A-Za-z0-9._-]+")) {
        throw invalid("it does not name the Sentinel group (…/master-name)");
      }
    } else if (topology == Topology.STANDALONE && hosts.size() != 1) {
      throw invalid("it names several hosts; use redis-sentinel or redis-cluster");
    }
    int database = database(number);
    if (topology == Topology.CLUSTER && database != 0) {
      throw invalid("a cluster has only database 0");
    }
    return new RedisUrl(topology, tls, hosts, master, database, user, password);
  }

  private static Set<HostAndPort> hosts(String list, int defaultPort) {
    Set<HostAndPort> hosts = new LinkedHashSet<>();
    for (String entry : list.split(",", -1)) {
      URI uri;
      try {
        // java.net.URI knows IPv6 literals and what a host name may hold.
        uri = new URI("redis://" + entry.trim());
      } catch (URISyntaxException e) {
        throw invalid("a host is missing or not a host name");
      }
      String host = uri.getHost();
      if (host == null
          || uri.getRawFragment() != null
          || uri.getRawQuery() != null
          || uri.getPort() == 0
          || uri.getPort() > 65_535) {
        throw invalid("a host is missing or not a host name, or a port is not 1 to 65535");
      }
      hosts.add(
          new HostAndPort(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
              uri.getPort() < 0 ? defaultPort : uri.getPort()));
    }
    return hosts;
  }

  private static int database(String text) {
    if (!text.matches("\\d{0,4}")) {
      throw invalid("the database is not a number");
    }
    return text.isEmpty() ? 0 : Integer.parseInt(text);
  }

  private static String decode(String text) {
    try {
      // '+' is a plus sign in user information.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid("its user information is not percent-encoded");
    }
  }

  private static IllegalArgumentException invalid(String reason) {
    return new IllegalArgumentException("the URL of Redis cannot be read: " + reason);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return topology + " " + hosts + (master.isEmpty() ? "" : " " + master);
  }
}
