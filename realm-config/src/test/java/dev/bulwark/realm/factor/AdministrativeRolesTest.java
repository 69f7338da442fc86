package dev.bulwark.realm.factor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdministrativeRolesTest {

  @ParameterizedTest
  @CsvSource({
    "false, realm-management, true",
    "false, account, false",
    "false, broker, false",
    "false, relying-app, false",
    "false, app-realm, false",
    "true,  app-realm, true",
    "true,  master-realm, true",
    "true,  realm-management, false",
    "true,  account, false",
  })
  void rolesOfAClient(boolean master, String clientId, boolean administrative) {
    assertThat(new AdministrativeRoles(master, Set.of()).isClient(clientId))
        .isEqualTo(administrative);
  }

  @ParameterizedTest
  @CsvSource({
    "false, admin, true",
    "false, create-realm, false",
    "false, offline_access, false",
    "false, administrator, false",
    "true,  admin, true",
    "true,  create-realm, true",
    "true,  default-roles-master, false",
  })
  void rolesOfTheRealm(boolean master, String name, boolean administrative) {
    assertThat(new AdministrativeRoles(master, Set.of("admin")).isRealmRole(name))
        .isEqualTo(administrative);
  }
}
