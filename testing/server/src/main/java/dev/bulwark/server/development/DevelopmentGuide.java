package dev.bulwark.server.development;

import java.net.URI;
import java.util.List;

/**
 * What {@code mvn -Prun} shows when the system is ready: what to open, and commands that work when
 * pasted.
 */
public final class DevelopmentGuide {

  private static final String TEXT =
      """

      ================================================================================
       Bulwark for Keycloak is ready.  Enter shows this again, Ctrl-C stops it.

       Start here       http://localhost:8025
                        mails, commands to paste, and all addresses
       Relying app      http://localhost:8081
                        a small application behind it all, with an API (/docs)
       Account console  %1$s/realms/app/account
                        alice, bob or carol / correct-dev-battery
       Admin console    %1$s/admin
                        admin / admin
       Bulwark          %1$s/realms/master/overview-admin?realm=app
       Metrics, health  http://localhost:9000/metrics  http://localhost:9000/health

       After five wrong passwords in a minute, the next attempts are rejected.
       The data, the log of events and the mails stay in .run/
      ================================================================================
      """;

  private static final String TOKEN =
      "TOKEN=$(curl -s %1$s/realms/app/protocol/openid-connect/token -d grant_type=password"
          + " -d client_id=dev-cli -d username=alice -d password=correct-dev-battery"
          + " -d scope='openid tasks:read' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')";

  private DevelopmentGuide() {}

  /**
   * Something to paste into a shell.
   *
   * @param title what it does
   * @param text one line
   */
  record Command(String title, String text) {}

  /**
   * Something to open.
   *
   * @param hint what is there, or who can log in
   */
  record Place(String name, String address, String hint) {}

  /** Returns the text for a server at this address; no more than fits on a small screen. */
  public static String text(URI url) {
    return TEXT.formatted(base(url));
  }

  static List<Place> places(URI url) {
    String base = base(url);
    return List.of(
        new Place("Relying app", "http://localhost:8081", "a small application, with an API"),
        new Place("API of the relying app", "http://localhost:8081/docs", "to try in the browser"),
        new Place(
            "Account console",
            base + "/realms/app/account",
            "alice, bob or carol / correct-dev-battery; carol sets up an authenticator app first"),
        new Place("Admin console", base + "/admin", "admin / admin"),
        new Place("Bulwark", base + "/realms/master/overview-admin?realm=app", "admin / admin"),
        new Place(
            "All API keys", base + "/realms/master/api-keys-admin?realm=app", "admin / admin"),
        new Place("Metrics", "http://localhost:9000/metrics", "of Keycloak and the bundle"),
        new Place("Health", "http://localhost:9000/health/ready", "with the checks of the bundle"));
  }

  static List<Command> commands(URI url) {
    String base = base(url);
    return List.of(
        new Command("A token", TOKEN.formatted(base) + "; echo $TOKEN | cut -c1-60"),
        new Command(
            "Revoke it, and see its id in Redis",
            "curl -s -o /dev/null -w '%{http_code}\\n'"
                + " "
                + base
                + "/realms/app/protocol/openid-connect/revoke -d client_id=dev-cli -d token=$TOKEN;"
                + " bash -c 'exec 3<>/dev/tcp/127.0.0.1/6379;"
                + " printf \"KEYS revoked:*\\r\\nQUIT\\r\\n\" >&3; cat <&3'"),
        new Command(
            "Create an API key of a month, and use it for the API of the relying app",
            TOKEN.formatted(base)
                + "; KEY=$(curl -s "
                + base
                + "/realms/app/api-keys -H \"Authorization: Bearer $TOKEN\""
                + " -H 'Content-Type: application/json' -d '{\"name\":\"first\","
                + "\"scopes\":[\"tasks:read\"],\"expiresAt\":\"'$(date -u -d '30 days' +%FT%TZ)'\"}'"
                + " | sed 's/.*\"key\":\"\\([^\"]*\\)\".*/\\1/');"
                + " curl -H \"X-API-Key: $KEY\" http://localhost:8081/api/tasks"),
        new Command(
            "Exchange the key for a token",
            "curl -s "
                + base
                + "/realms/app/protocol/openid-connect/token"
                + " -d grant_type=tag:bulwark.dev,2026:grant-type:api-key -d client_id=dev-cli"
                + " -H \"X-API-Key: $KEY\""));
  }

  private static String base(URI url) {
    return url.toString().replace("127.0.0.1", "localhost");
  }
}
