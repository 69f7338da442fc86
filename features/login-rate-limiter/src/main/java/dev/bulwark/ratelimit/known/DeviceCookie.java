package dev.bulwark.ratelimit.known;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The proofs that a browser sends, of up to {@value #MAX_PROOFS} users who share it, newest first.
 * Immutable.
 */
record DeviceCookie(List<DeviceProof> proofs) {

  static final int MAX_PROOFS = 5;
  static final DeviceCookie EMPTY = new DeviceCookie(List.of());

  private static final String SEPARATOR = ".";
  private static final int MAX_LENGTH = 1_000;

  DeviceCookie {
    proofs = List.copyOf(proofs);
  }

  /** Reads a cookie; parts that are no proofs do not count. */
  static DeviceCookie read(@Nullable String value) {
    if (value == null || value.length() > MAX_LENGTH) {
      return EMPTY;
    }
    List<DeviceProof> proofs = new ArrayList<>();
    for (String part : value.split("\\.", MAX_PROOFS + 1)) {
      DeviceProof proof = DeviceProof.read(part);
      if (proof != null && proofs.size() < MAX_PROOFS) {
        proofs.add(proof);
      }
    }
    return new DeviceCookie(proofs);
  }

  /** With a proof in front, instead of an earlier one of the same user. */
  DeviceCookie with(DeviceProof proof, @Nullable DeviceProof earlier) {
    List<DeviceProof> more = new ArrayList<>();
    more.add(proof);
    for (DeviceProof other : proofs) {
      if (other != earlier && more.size() < MAX_PROOFS) {
        more.add(other);
      }
    }
    return new DeviceCookie(more);
  }

  String write() {
    return proofs.stream().map(DeviceProof::write).collect(Collectors.joining(SEPARATOR));
  }
}
