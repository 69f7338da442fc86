package dev.bulwark.server.development;

import java.net.URI;

/**
 * What {@code mvn -Prun} prints when the system is ready: what to open, and commands that work when
 * pasted.
 */
public final class DevelopmentGuide {

  private static final String TEXT =
      """

      ================================================================================
       Bulwark for Keycloak is ready.  Ctrl-C stops it; the data stay in .run/

       Relying app       http://localhost:8081       a small application behind it all, with an API (/docs)
       The same in Python, in another terminal (README of examples/fastapi-app), then http://localhost:8082:
                         FASTAPI_APP_SECRET=fastapi-app-dev-secret examples/fastapi-app/run
       Account console   %1$s/realms/app/account     alice, bob or carol / correct-dev-battery
                         (carol is an administrator: the login has her set up an authenticator app)
       Admin console     %1$s/admin                  admin / admin
       All API keys      %1$s/realms/master/api-keys-admin?realm=app
       Login limit       after five wrong passwords in a minute from this machine, the next attempts are rejected
       Mails             are printed here, for example that of "Forgot your password?"
       Metrics, health   http://localhost:9000/metrics   http://localhost:9000/health/ready

       1. A token:
      TOKEN=$(curl -s %1$s/realms/app/protocol/openid-connect/token -d grant_type=password -d client_id=dev-cli -d username=alice -d password=correct-dev-battery -d scope='openid tasks:read' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo $TOKEN | cut -c1-60

       2. Revoke it, and see its id in Redis (redis-cli, or any client):
      curl -s -o /dev/null -w '%%{http_code}\\n' %1$s/realms/app/protocol/openid-connect/revoke -d client_id=dev-cli -d token=$TOKEN; bash -c 'exec 3<>/dev/tcp/127.0.0.1/6379; printf "KEYS revoked:*\\r\\nQUIT\\r\\n" >&3; cat <&3'

       3. Create an API key, and use it for the API of the relying app:
      TOKEN=$(curl -s %1$s/realms/app/protocol/openid-connect/token -d grant_type=password -d client_id=dev-cli -d username=alice -d password=correct-dev-battery -d scope='openid tasks:read' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); KEY=$(curl -s %1$s/realms/app/api-keys -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"name":"first","scopes":["tasks:read"],"expiresAt":null}' | sed 's/.*"key":"\\([^"]*\\)".*/\\1/'); curl -H "X-API-Key: $KEY" http://localhost:8081/api/tasks

       4. Exchange the key for a token:
      curl -s %1$s/realms/app/protocol/openid-connect/token -d grant_type=tag:bulwark.dev,2026:grant-type:api-key -d client_id=dev-cli -H "X-API-Key: $KEY"
      ================================================================================
      """;

  private DevelopmentGuide() {}

  /** Returns the text for a server at this address. */
  public static String text(URI url) {
    return TEXT.formatted(url.toString().replace("127.0.0.1", "localhost"));
  }
}
