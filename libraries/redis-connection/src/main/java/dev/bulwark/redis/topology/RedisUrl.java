package dev.bulwark.redis.topology;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Where Redis is, read from option {@code url}.
 *
 * <ul>
 *   <li>{@code redis://[user:password@]host[:port][/database]}
 *   <li>{@code redis-sentinel://[user:password@]host[:port],host[:port],…/master[?db=n]}
 *   <li>{@code redis-cluster://[user:password@]host[:port],host[:port],…}
 * </ul>
 *
 * The same with {@code rediss} in place of {@code redis} over TLS. User and password are
 * percent-encoded.
 *
 * @param topology single server, Sentinel group or cluster
 * @param tls whether over TLS
 * @param hosts at least one; Sentinels for a Sentinel group, seeds for a cluster
 * @param masterName name of the Sentinel group, empty for other topologies
 * @param database 0 to 65535; 0 for a cluster
 * @param username ACL user in the URL, null if none
 * @param password password in the URL, null if none
 */
public record RedisUrl(
    Topology topology,
    boolean tls,
    Set<HostAndPort> hosts,
    String masterName,
    int database,
    @Nullable String username,
    @Nullable String password) {

  enum Topology {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  private static final int DEFAULT_PORT = 6379;
  private static final int DEFAULT_SENTINEL_PORT = 26379;
  private static final int MAX_DATABASE = 65_535;

  /** What Sentinel itself allows. */
  private static final Pattern MASTER_NAME = Pattern.compile("[A-Za-z0-9._-]+");

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if it is none of the forms above; the message names the option
   *     and holds no secret
   */
  static RedisUrl parse(String url) {
    int schemeEnd = url.indexOf("://");
    if (schemeEnd < 0) {
      throw invalid("it has no scheme");
    }
    String scheme = url.substring(0, schemeEnd);
    boolean tls = scheme.startsWith("rediss");
    Topology topology = topology(tls ? scheme.replaceFirst("rediss", "redis") : scheme);
    Parts parts = Parts.of(url.substring(schemeEnd + 3));
    if (parts.query != null && topology != Topology.SENTINEL) {
      throw invalid("only redis-sentinel takes a parameter; the database of redis is …/number");
    }
    Credentials credentials = Credentials.of(parts.userInfo);
    Set<HostAndPort> hosts = hosts(parts.hosts, topology);
    if (topology == Topology.STANDALONE && hosts.size() != 1) {
      throw invalid("it names several hosts; use redis-sentinel or redis-cluster");
    }
    return new RedisUrl(
        topology,
        tls,
        hosts,
        topology == Topology.SENTINEL ? masterName(parts.path) : "",
        database(topology, parts),
        credentials.username,
        credentials.password);
  }

  private static Topology topology(String scheme) {
    return switch (scheme) {
      case "redis" -> Topology.STANDALONE;
      case "redis-sentinel" -> Topology.SENTINEL;
      case "redis-cluster" -> Topology.CLUSTER;
      default ->
          throw invalid(
              "its scheme is none of redis, redis-sentinel, redis-cluster,"
                  + " rediss, rediss-sentinel, rediss-cluster");
    };
  }

  /**
   * What follows the scheme.
   *
   * @param userInfo null if there is none
   * @param path without the slash; empty if there is none
   * @param query without the question mark; null if there is none
   */
  private record Parts(
      @Nullable String userInfo, String hosts, String path, @Nullable String query) {

    static Parts of(String text) {
      int queryStart = text.indexOf('?');
      String rest = queryStart < 0 ? text : text.substring(0, queryStart);
      int pathStart = rest.indexOf('/');
      String authority = pathStart < 0 ? rest : rest.substring(0, pathStart);
      int at = authority.lastIndexOf('@');
      return new Parts(
          at < 0 ? null : authority.substring(0, at),
          authority.substring(at + 1),
          pathStart < 0 ? "" : rest.substring(pathStart + 1),
          queryStart < 0 ? null : text.substring(queryStart + 1));
    }
  }

  /** Both are null if the URL has none. */
  private record Credentials(@Nullable String username, @Nullable String password) {

    static Credentials of(@Nullable String userInfo) {
      if (userInfo == null) {
        return new Credentials(null, null);
      }
      int colon = userInfo.indexOf(':');
      if (colon < 0) {
        throw invalid("its user information has no password");
      }
      return new Credentials(
          colon == 0 ? null : decode(userInfo.substring(0, colon)),
          decode(userInfo.substring(colon + 1)));
    }
  }

  private static String masterName(String path) {
    if (path.isEmpty()) {
      throw invalid("it does not name the Sentinel group (…/master-name)");
    }
    if (!MASTER_NAME.matcher(path).matches()) {
      throw invalid("the name of the Sentinel group has characters that Sentinel does not allow");
    }
    return path;
  }

  private static int database(Topology topology, Parts parts) {
    return switch (topology) {
      case STANDALONE -> parts.path.isEmpty() ? 0 : database(parts.path);
      case SENTINEL -> parts.query == null ? 0 : database(parameter(parts.query, "db"));
      case CLUSTER -> {
        if (!parts.path.isEmpty() && !parts.path.equals("0")) {
          throw invalid("a cluster has only database 0");
        }
        yield 0;
      }
    };
  }

  /** A URL, whether readable or not, without its user information. */
  public static String withoutSecrets(String url) {
    int at = url.lastIndexOf('@');
    if (at < 0) {
      return url.contains("://") ? url : "(not a URL)";
    }
    int schemeEnd = url.indexOf("://");
    String scheme = schemeEnd >= 0 && schemeEnd < at ? url.substring(0, schemeEnd + 3) : "";
    return scheme + "***@" + url.substring(at + 1);
  }

  @Override
  public String toString() {
    return topology + " " + hosts + (masterName.isEmpty() ? "" : " " + masterName);
  }

  private static Set<HostAndPort> hosts(String list, Topology topology) {
    int fallback = topology == Topology.SENTINEL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
    Set<HostAndPort> hosts = new LinkedHashSet<>();
    for (String entry : list.split(",", -1)) {
      URI uri;
      try {
        // java.net.URI knows IPv6 literals and what a host name may hold.
        uri = new URI("redis://" + entry.trim());
      } catch (URISyntaxException e) {
        throw invalid("a host is missing or not a host name");
      }
      if (uri.getRawFragment() != null) {
        throw invalid("a host has a '#', which is written %23 in a password");
      }
      if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
        throw invalid("a host is missing or not a host name, or a port is not 1 to 65535");
      }
      String host = uri.getHost();
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      hosts.add(new HostAndPort(host, uri.getPort() < 0 ? fallback : uri.getPort()));
    }
    return hosts;
  }

  private static String parameter(String query, String name) {
    if (!query.startsWith(name + "=") || query.contains("&")) {
      throw invalid("its only parameter is " + name);
    }
    return query.substring(name.length() + 1);
  }

  private static int database(String text) {
    try {
      int database = Integer.parseInt(text);
      if (database >= 0 && database <= MAX_DATABASE) {
        return database;
      }
    } catch (NumberFormatException e) {
      // the message below says it
    }
    throw invalid("the database is not a number from 0 to " + MAX_DATABASE);
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
    return new IllegalArgumentException(
        RedisConfig.OPTION_PREFIX + "url cannot be read: " + reason);
  }
}
