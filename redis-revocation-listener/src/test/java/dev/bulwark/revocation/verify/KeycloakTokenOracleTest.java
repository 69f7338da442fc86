package dev.bulwark.revocation.verify;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.ReadOnlyUserModelDelegate;
import org.keycloak.models.utils.StorageUnavailableUserModelDelegate;
import org.keycloak.models.utils.UserModelDelegate;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageUnavailableException;

class KeycloakTokenOracleTest {

  /** The stored user, of whom only the id is asked. */
  private static final UserModel STORED =
      (UserModel)
          Proxy.newProxyInstance(
              UserModel.class.getClassLoader(),
              new Class<?>[] {UserModel.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("getId")) {
                  return "7";
                }
                throw new UnsupportedOperationException(method.getName());
              });

  @Test
  void aUserWhoseStoreIsDownIsNotJudged() {
    UserModel down = new StorageUnavailableUserModelDelegate(STORED, ReadOnlyException::new);
    for (UserModel user : new UserModel[] {down, new UserModelDelegate(down)}) {
      assertThatThrownBy(() -> KeycloakTokenOracle.requireReachable(user))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessage("The store of user 7 is down");
    }
  }

  /** Keycloak wraps the users of a store that an administrator has switched off. */
  @Test
  void aUserWhoIsDisabledIsJudged() {
    for (UserModel user : new UserModel[] {STORED, new ReadOnlyUserModelDelegate(STORED, false)}) {
      assertThatCode(() -> KeycloakTokenOracle.requireReachable(user)).doesNotThrowAnyException();
    }
  }
}
