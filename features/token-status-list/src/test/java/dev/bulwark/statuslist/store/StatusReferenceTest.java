package dev.bulwark.statuslist.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R8: the id of a token names its place, and nothing that looks alike does. */
class StatusReferenceTest {

  private static final String LIST = "Xk3fA9-_bQ2mZ7cd";

  @ParameterizedTest
  @CsvSource({
    "onrtac:0f7e6a4c-aaaa-4bbb-8ccc-0123456789ab, 0",
    "trrtcc:x, 48213",
    "'', 9999999",
    "a~b, 7",
    "a~Xk3fA9-_bQ2mZ7cd.5, 6",
  })
  void idsThatNameAPlace(String id, int index) {
    StatusReference place = new StatusReference(LIST, index);
    assertThat(StatusReference.ofJti(place.appendTo(id))).contains(place);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "~",
        "trrtcc:0f7e6a4c-aaaa-4bbb-8ccc-0123456789ab",
        "id~Xk3fA9-_bQ2mZ7cd",
        "id~Xk3fA9-_bQ2mZ7cd.",
        "id~Xk3fA9-_bQ2mZ7cd.12345678",
        "id~Xk3fA9-_bQ2mZ7cd.1x",
        "id~Xk3fA9-_bQ2mZ7cd.-1",
        "id~Xk3fA9-_bQ2mZ7cd.\u0661",
        "id~Xk3fA9-_bQ2mZ7cd.1\n",
        "id~Xk3fA9-_bQ2mZ7c.1",
        "id~Xk3fA9-_bQ2mZ7cde.1",
        "id~Xk3fA9-_bQ2mZ7c/.1",
        "id~Xk3fA9-_bQ2mZ7c\u00e4.1",
        "id~Xk3fA9-_bQ2mZ7cd.1~",
        "idXk3fA9-_bQ2mZ7cd.1",
      })
  void idsThatNameNone(String id) {
    assertThat(StatusReference.ofJti(id)).isEmpty();
  }

  @Test
  void leadingZerosNameTheSameIndex() {
    assertThat(StatusReference.ofJti("id~" + LIST + ".0012"))
        .contains(new StatusReference(LIST, 12));
  }
}
