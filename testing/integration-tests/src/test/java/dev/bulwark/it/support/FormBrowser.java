package dev.bulwark.it.support;

import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.FormElement;

/**
 * What a browser does in a login flow, without rendering: keeps cookies, follows redirects within
 * the server, fills in the forms of the pages. Not thread-safe.
 */
public final class FormBrowser {

  private static final int MAX_REDIRECTS = 20;

  private final URI server;
  private final String publicUrl;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private final List<String> setCookies = new ArrayList<>();

  public FormBrowser(URI server) {
    this(server, server.toString());
  }

  /**
   * A browser that reaches a server by another address than the pages of the server name, as behind
   * a proxy.
   *
   * @param publicUrl what the pages name, without a slash at its end
   */
  public FormBrowser(URI server, String publicUrl) {
    this.server = server;
    this.publicUrl = publicUrl;
  }

  /** Where the browser is: the page, or the application that it was sent to. */
  public record Page(String url, Response response) {

    /** The address that the page's form is sent to. */
    public String form() {
      return response.element("form[action]").attr("action");
    }

    /** Address of a link that holds something. */
    public String link(String part) {
      Element found = response.element("[href*='" + part + "'], [onclick*='" + part + "']");
      // A button of Keycloak's pages: location.href='…'
      return found.hasAttr("href")
          ? found.attr("href")
          : found.attr("onclick").replaceFirst("^location\\.href='([^']*)'.*", "$1");
    }

    /** Value of a field of the form. */
    public String value(String field) {
      return response.element("[name='" + field + "']").val();
    }

    /** Text of an element. */
    public String text(String id) {
      return response.element("#" + id).text();
    }

    /** The parameters that the application was given, in the query or in the fragment. */
    public Map<String, String> parameters() {
      int start = Math.max(url.indexOf('?'), url.indexOf('#'));
      if (start < 0) {
        return Map.of();
      }
      return Arrays.stream(url.substring(start + 1).split("[&#]"))
          .map(pair -> pair.split("=", 2))
          .collect(
              Collectors.toMap(
                  pair -> pair[0],
                  pair -> pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                  (first, second) -> first));
    }

    public String parameter(String name) {
      String value = parameters().get(name);
      if (value == null) {
        throw new AssertionError(
            "no " + name + " in " + url + ": " + response.status() + " " + response.body());
      }
      return value;
    }
  }

  public Page open(String url) {
    return follow(url, Http.request(url).GET());
  }

  public Page submit(Page page, Map<String, String> fields) {
    return post(local(URI.create(page.url()).resolve(page.form())), fields);
  }

  /** The answer to the form of a page, which the browser does not follow. */
  public Response submitOnly(Page page, Map<String, String> fields) {
    String action = local(URI.create(page.url()).resolve(page.form()));
    return send(action, formRequest(action, fields));
  }

  /** Sends a form that a script would send at once, with the hidden fields it has. */
  public Page passOn(Page page) {
    Map<String, String> fields = new LinkedHashMap<>();
    ((FormElement) page.response().element("form[action]"))
        .formData()
        .forEach(field -> fields.put(field.key(), field.value()));
    return submit(page, fields);
  }

  public Page post(String url, Map<String, String> fields) {
    return follow(url, formRequest(url, fields));
  }

  /** Follows a link of a page. */
  public Page click(Page page, String part) {
    return open(local(URI.create(page.url()).resolve(page.link(part))));
  }

  /** A browser with the same cookies: what this one gets from now on, it does not. */
  public FormBrowser copy() {
    FormBrowser copy = new FormBrowser(server, publicUrl);
    copy.cookies.putAll(cookies);
    return copy;
  }

  /**
   * All {@code Set-Cookie} headers that this browser was sent, in their order. A browser made by
   * {@link #copy} begins anew.
   */
  public List<String> setCookies() {
    return List.copyOf(setCookies);
  }

  /** The value of a cookie, of whatever path; empty without one. */
  public String cookie(String name) {
    return cookies.entrySet().stream()
        .filter(cookie -> cookie.getKey().endsWith(" " + name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /** The header {@code Cookie} of a request to an address of the server; empty without cookies. */
  public String cookieHeader(String url) {
    String path = URI.create(url).getPath();
    return cookies.entrySet().stream()
        .filter(cookie -> path.startsWith(cookie.getKey().split(" ")[0]))
        .map(cookie -> cookie.getKey().split(" ")[1] + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  /** Puts another value into a cookie that is there. */
  public void setCookie(String name, String value) {
    cookies.replaceAll((key, old) -> key.endsWith(" " + name) ? value : old);
  }

  /** Takes a cookie of another browser, as somebody does who carries it to another node. */
  public void takeCookieFrom(FormBrowser other, String name) {
    other.cookies.forEach(
        (key, value) -> {
          if (key.endsWith(" " + name)) {
            cookies.put(key, value);
          }
        });
  }

  /** Forgets a cookie. */
  public void dropCookie(String name) {
    cookies.keySet().removeIf(key -> key.endsWith(" " + name));
  }

  /** Takes over the identity of another browser, as two tabs of one browser share it. */
  public void takeIdentityFrom(FormBrowser other) {
    other.cookies.forEach(
        (key, value) -> {
          if (key.endsWith(" KEYCLOAK_IDENTITY") || key.endsWith(" KEYCLOAK_SESSION")) {
            cookies.put(key, value);
          }
        });
  }

  private Page follow(String url, HttpRequest.Builder request) {
    Response response = send(url, request);
    String at = url;
    for (int hop = 0; isRedirect(response); hop++) {
      if (hop == MAX_REDIRECTS) {
        throw new AssertionError("too many redirects at " + at);
      }
      at = local(URI.create(at).resolve(response.header("Location")));
      if (!at.startsWith(server + "/")) {
        return new Page(at, response);
      }
      response = send(at, Http.request(at).GET());
    }
    return new Page(at, response);
  }

  private String local(URI url) {
    String named = url.toString();
    return named.startsWith(publicUrl + "/") ? server + named.substring(publicUrl.length()) : named;
  }

  private static HttpRequest.Builder formRequest(String url, Map<String, String> fields) {
    return Http.request(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(Http.encode(fields)));
  }

  private static boolean isRedirect(Response response) {
    return response.status() >= 301 && response.status() <= 308 && response.status() != 304;
  }

  private Response send(String url, HttpRequest.Builder request) {
    String sent = cookieHeader(url);
    if (!sent.isEmpty()) {
      request.header("Cookie", sent);
    }
    Response response = Http.send(request);
    response.headers().allValues("Set-Cookie").forEach(this::keep);
    return response;
  }

  private void keep(String header) {
    setCookies.add(header);
    List<String> parts = List.of(header.split(";\\s*"));
    String[] pair = parts.get(0).split("=", 2);
    String path = "/";
    boolean gone = pair[1].isEmpty();
    for (String part : parts) {
      if (part.toLowerCase(Locale.ROOT).startsWith("path=")) {
        path = part.substring("path=".length());
      }
      gone |= part.equalsIgnoreCase("Max-Age=0");
    }
    if (gone) {
      cookies.remove(path + " " + pair[0]);
    } else {
      cookies.put(path + " " + pair[0], pair[1]);
    }
  }
}
