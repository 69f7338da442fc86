package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DerivedIdsTest {

  /** AES-128 of zeros with the key of zeros is 66e94bd4ef8a2c3b884cfa59ca342b2e (NIST AESAVS). */
  @Test
  void theFirstIdIsTheCipherOfZero() {
    assertThat(DerivedIds.of("onrtac:", new byte[16], 1))
        .containsExactly("onrtac:66e94bd4-ef8a-4c3b-884c-fa59ca342b2e");
  }

  @Test
  void idsAreDifferentAndLookLikeRandomOnes() {
    byte[] secret = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
    List<String> ids = DerivedIds.of("", secret, 4096);
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids).map(UUID::fromString).allMatch(id -> id.version() == 4 && id.variant() == 2);
    assertThat(DerivedIds.of("", secret, 10)).isEqualTo(ids.subList(0, 10));
  }
}
