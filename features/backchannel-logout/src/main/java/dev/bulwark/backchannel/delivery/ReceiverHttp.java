package dev.bulwark.backchannel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.bulwark.delivery.Answer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.config.ConnectionConfig;
import org.apache.http.config.MessageConstraints;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.socket.LayeredConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.enums.SslRequired;

/**
 * Sends logout tokens as OpenID Connect Back-Channel Logout 1.0 says. A host name is resolved once
 * for each request: the connection goes to an address that was checked. TLS verifies the name. It
 * follows no redirect and uses no proxy. Thread-safe.
 */
final class ReceiverHttp implements AutoCloseable {

  /** A longer body is not read, so its connection serves no other request. */
  private static final int READ_TO_KEEP_CONNECTION = 8192;

  private static final MessageConstraints RESPONSE_LIMITS =
      MessageConstraints.custom().setMaxLineLength(8192).setMaxHeaderCount(100).build();

  private static final ContentType FORM = ContentType.create("application/x-www-form-urlencoded");
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final Duration timeout;
  private final ReceiverNetworks networks;
  private final CloseableHttpClient http;
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread created = new Thread(task, "bulwark-logout-deadline");
            created.setDaemon(true);
            return created;
          });

  ReceiverHttp(BackchannelLogoutConfig config) {
    this(
        config,
        new ReceiverNetworks(config.allowedNetworks()),
        SSLConnectionSocketFactory.getSystemSocketFactory());
  }

  /** With its collaborators. */
  ReceiverHttp(
      BackchannelLogoutConfig config,
      ReceiverNetworks networks,
      LayeredConnectionSocketFactory tls) {
    this.networks = networks;
    timeout = config.requestTimeout();
    deadlines.setRemoveOnCancelPolicy(true);
    int millis = Math.toIntExact(timeout.toMillis());
    // Receivers may share a host. Each is bounded by its Round, and none waits here for another
    // one.
    int connections = config.maxInFlight() * config.maxReceivers();
    http =
        HttpClients.custom()
            .setSSLSocketFactory(tls)
            .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(millis).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom().setMessageConstraints(RESPONSE_LIMITS).build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(millis)
                    .setConnectTimeout(millis)
                    .setSocketTimeout(millis)
                    .setNormalizeUri(false)
                    .build())
            .setMaxConnPerRoute(connections)
            .setMaxConnTotal(connections)
            .setConnectionTimeToLive(1, TimeUnit.MINUTES)
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableAuthCaching()
            .disableCookieManagement()
            .disableContentCompression()
            .build();
  }

  /**
   * Sends a token and waits for the answer.
   *
   * @throws InterruptedException if the server is about to stop
   */
  Answer send(URI url, SslRequired sslRequired, String token) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    try {
      IOException unreachable = new ConnectException();
      for (InetAddress address : networks.addresses(url, sslRequired)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        try {
          return send(url, address, token, end - System.nanoTime());
        } catch (ConnectException | ConnectTimeoutException | NoRouteToHostException e) {
          unreachable = e;
        }
      }
      return noAnswer(unreachable);
    } catch (ReceiverNetworks.RejectedException e) {
      return Answer.none(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return noAnswer(e);
    } catch (IllegalArgumentException e) {
      // A URL that the client does not accept.
      return Answer.none("the URL is malformed");
    }
  }

  /** The reason has nothing of what the receiver has sent. */
  static Answer noAnswer(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedIOException) {
        return Answer.none("no answer in time");
      }
      if (cause instanceof UnknownHostException) {
        return Answer.none("the host name is unknown");
      }
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return Answer.none("no connection");
      }
      if (cause instanceof SSLException) {
        return Answer.none("no TLS connection");
      }
    }
    return Answer.none("no valid answer");
  }

  private Answer send(URI url, InetAddress address, String token, long nanos)
      throws IOException, InterruptedException {
    HttpPost post = new HttpPost(url);
    post.setHeader("Cache-Control", "no-store");
    post.setEntity(new StringEntity("logout_token=" + URLEncoder.encode(token, UTF_8), FORM));
    // Ends an exchange that drips in. A time-out of the socket begins anew with each byte.
    Future<?> deadline = deadlines.schedule(post::abort, nanos, TimeUnit.NANOSECONDS);
    try (CloseableHttpResponse response = http.execute(target(url, address), post)) {
      @Nullable Header retryAfter = response.getFirstHeader("Retry-After");
      Answer answer =
          Answer.of(
              response.getStatusLine().getStatusCode(),
              retryAfter == null ? null : retryAfter.getValue());
      keepConnection(response.getEntity());
      return answer;
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (post.isAborted()) {
        return Answer.none("no answer in time");
      }
      throw e;
    } finally {
      deadline.cancel(false);
    }
  }

  /** With its port: a target without one loses its address. */
  private static HttpHost target(URI url, InetAddress address) {
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    int usual = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    int port = url.getPort() < 0 ? usual : url.getPort();
    return new HttpHost(address, ReceiverNetworks.name(url), port, scheme);
  }

  /** The status counts, whatever becomes of the body. */
  private static void keepConnection(@Nullable HttpEntity body) {
    if (body != null
        && body.getContentLength() >= 0
        && body.getContentLength() <= READ_TO_KEEP_CONNECTION) {
      EntityUtils.consumeQuietly(body);
    }
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
    try {
      http.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
