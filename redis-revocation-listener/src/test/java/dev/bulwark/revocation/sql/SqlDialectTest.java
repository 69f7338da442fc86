package dev.bulwark.revocation.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class SqlDialectTest {

  @ParameterizedTest
  @CsvSource({
    "PostgreSQL, POSTGRESQL",
    "EnterpriseDB, POSTGRESQL",
    "MariaDB, MYSQL",
    "MySQL, MYSQL",
    "H2, H2"
  })
  void aSupportedDatabaseHasADialect(String product, SqlDialect dialect) {
    assertThat(SqlDialect.of(product)).contains(dialect);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Oracle", "Microsoft SQL Server", "DB2/LINUXX8664", ""})
  void anyOtherHasNone(String product) {
    assertThat(SqlDialect.of(product)).isEmpty();
  }

  /** The server has to start on others, without the tables. */
  @Test
  void tablesAreMadeInSupportedDatabasesOnly() throws Exception {
    try (InputStream changelog =
        SqlDialectTest.class.getResourceAsStream("/META-INF/bulwark-revocation-changelog.xml")) {
      NodeList changeSets =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(changelog)
              .getElementsByTagName("changeSet");
      assertThat(changeSets.getLength()).isPositive();
      for (int i = 0; i < changeSets.getLength(); i++) {
        Element changeSet = (Element) changeSets.item(i);
        String databases = changeSet.getAttribute("dbms");
        if (!databases.equals("postgresql")) {
          // Liquibase refuses names, but not exclusions, that Keycloak's build has left out.
          assertThat(databases.split(",", -1))
              .as("dbms of changeSet %s", changeSet.getAttribute("id"))
              .contains("!oracle", "!mssql")
              .allMatch(name -> name.startsWith("!"));
        }
      }
    }
  }
}
