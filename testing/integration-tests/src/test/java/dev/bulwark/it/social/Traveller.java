package dev.bulwark.it.social;

import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;

/**
 * A person with a browser, on the way from the application to Keycloak, to a provider, and back.
 * Not thread-safe.
 */
final class Traveller {

  private final SocialServer server;
  private final Application application;
  private final FormBrowser browser;
  private final HttpClient outside;

  Traveller(SocialServer server, Application application) {
    this.server = server;
    this.application = application;
    this.browser = new FormBrowser(server.url());
    this.outside =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .sslContext(server.certificate().context())
            .proxy(new ToGoogle(server))
            .build();
  }

  FormBrowser browser() {
    return browser;
  }

  FormBrowser.Page loginPage() {
    return browser.open(application.login("openid"));
  }

  /** Clicks on the button of a provider; returns the address there. */
  String choose(FormBrowser.Page login, String alias) {
    FormBrowser.Page page = browser.click(login, "/broker/" + alias + "/login");
    if (page.url().startsWith(server.url() + "/")) {
      throw new AssertionError(
          "not sent to " + alias + ": " + page.url() + " " + page.response().body());
    }
    return page.url();
  }

  /** Agrees at the provider; returns the address that it sends the browser back to. */
  String agree(String address, String account) {
    return decide(address, Map.of("account", account));
  }

  String refuse(String address) {
    return decide(address, Map.of("refuse", "true"));
  }

  /** A login at Google, up to what Keycloak answers in the end. */
  FormBrowser.Page logIn(GoogleAccount account) {
    server.google().add(account);
    return browser.open(agree(choose(loginPage(), "google"), account.subject()));
  }

  /** A login at GitHub, up to what Keycloak answers in the end. */
  FormBrowser.Page logIn(GitHubAccount account) {
    server.gitHub().add(account);
    return browser.open(agree(choose(loginPage(), "github"), account.login()));
  }

  private String decide(String address, Map<String, String> decision) {
    HttpResponse<String> page = send(HttpRequest.newBuilder(URI.create(address)).GET());
    if (page.statusCode() != 200) {
      throw new AssertionError(page.statusCode() + " at " + address + ": " + page.body());
    }
    Map<String, String> form = new LinkedHashMap<>();
    Jsoup.parse(page.body())
        .expectForm("form")
        .formData()
        .forEach(field -> form.put(field.key(), field.value()));
    form.putAll(decision);
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(address).resolve("/consent-of-the-stand-in"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Http.encode(form))));
    return answer.headers().firstValue("Location").orElseThrow();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return outside.send(
          request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The proxy for Google's names; GitHub's stand-in has an address of this machine. */
  private static final class ToGoogle extends ProxySelector {
    private final SocialServer server;

    ToGoogle(SocialServer server) {
      this.server = server;
    }

    @Override
    public List<Proxy> select(URI uri) {
      return "https".equals(uri.getScheme())
          ? List.of(new Proxy(Proxy.Type.HTTP, server.proxy().address()))
          : List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
      // The caller gets the exception.
    }
  }
}
