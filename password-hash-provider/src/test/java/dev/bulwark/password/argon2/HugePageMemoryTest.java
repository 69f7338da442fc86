package dev.bulwark.password.argon2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** P1, P6: the memory in which libargon2 works. */
class HugePageMemoryTest {

  private static final long SIZE = 8L << 20;

  private static HugePageMemory memory(Duration kept) {
    assumeTrue(Platform.isLinux() && Native.SIZE_T_SIZE == Long.BYTES, "64-bit Linux only");
    return HugePageMemory.forThisSystem(kept).orElseThrow();
  }

  /** As libargon2 calls it. */
  private static Pointer allocate(HugePageMemory memory, long size) {
    Memory result = new Memory(Native.POINTER_SIZE);
    result.clear();
    Function.getFunction(memory.allocateFunction()).invokeInt(new Object[] {result, size});
    return result.getPointer(0);
  }

  private static void free(HugePageMemory memory, Pointer start, long size) {
    Function.getFunction(memory.freeFunction()).invokeVoid(new Object[] {start, size});
  }

  @Test
  void memoryStartsAtAHugePageAndCanBeWrittenToItsEnd() {
    HugePageMemory memory = memory(Duration.ofMinutes(1));
    Pointer start = allocate(memory, SIZE);
    assertThat(Pointer.nativeValue(start) % HugePageMemory.HUGE_PAGE).isZero();
    start.setMemory(0, SIZE, (byte) 7);
    assertThat(start.getByte(SIZE - 1)).isEqualTo((byte) 7);
    free(memory, start, SIZE);
    assertThat(memory.idleBytes()).isEqualTo(SIZE);
  }

  @Test
  void whatIsFreeIsUsedAgainByWhoeverNeedsThatSize() {
    HugePageMemory memory = memory(Duration.ofMinutes(1));
    Pointer first = allocate(memory, SIZE);
    Pointer second = allocate(memory, SIZE);
    assertThat(second).isNotEqualTo(first);
    free(memory, first, SIZE);
    assertThat(allocate(memory, SIZE)).isEqualTo(first);
    assertThat(memory.idleBytes()).isZero();
  }

  @Test
  void anotherSizeTakesThePlaceOfWhatIsIdle() {
    HugePageMemory memory = memory(Duration.ofMinutes(1));
    free(memory, allocate(memory, SIZE), SIZE);
    Pointer larger = allocate(memory, 2 * SIZE);
    assertThat(memory.idleBytes()).isZero();
    free(memory, larger, 2 * SIZE);
    assertThat(memory.idleBytes()).isEqualTo(2 * SIZE);
  }

  @Test
  void whatNobodyUsesForAWhileGoesBackToTheSystem() {
    HugePageMemory memory = memory(Duration.ofMillis(50));
    Set<Pointer> all = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      all.add(allocate(memory, SIZE));
    }
    assertThat(all).hasSize(4);
    all.forEach(start -> free(memory, start, SIZE));
    await().atMost(Duration.ofSeconds(30)).until(() -> memory.idleBytes() == 0);
  }

  @Test
  void moreThanThereIsIsNone() {
    HugePageMemory memory = memory(Duration.ofMinutes(1));
    assertThat(allocate(memory, 1L << 50)).isNull();
    assertThat(memory.idleBytes()).isZero();
  }

  @Test
  void whatIsNotFromHereIsNotTaken() {
    HugePageMemory memory = memory(Duration.ofMinutes(1));
    free(memory, new Memory(16), 16);
    assertThat(memory.idleBytes()).isZero();
  }
}
