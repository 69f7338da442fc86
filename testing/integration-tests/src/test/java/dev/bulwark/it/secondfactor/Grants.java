package dev.bulwark.it.secondfactor;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.Map;

/** The password grant with a code. */
record Grants(Realm realm) {

  Response login(String name, String code) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "dev-cli",
            "scope",
            "openid",
            "username",
            name,
            "password",
            Realm.PASSWORD,
            "totp",
            code));
  }
}
