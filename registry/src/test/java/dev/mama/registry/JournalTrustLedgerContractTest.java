package dev.mama.registry;

import dev.mama.Time;
import dev.mama.journal.Grade;
import dev.mama.spi.TrustLedger;
import dev.mama.testkit.TrustLedgerContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class JournalTrustLedgerContractTest extends TrustLedgerContract {

  @TempDir Path folder;

  private final List<JournalTrustLedger> opened = new ArrayList<>();

  @Override
  protected TrustLedger newLedger(Duration halfLife, Time time) {
    try {
      var ledger =
          JournalTrustLedger.open(
              folder.resolve("ledger-" + opened.size()),
              LedgerOptions.defaults().halfLife(halfLife).grade(Grade.JOURNALLED),
              time);
      opened.add(ledger);
      return ledger;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    opened.forEach(JournalTrustLedger::close);
  }
}
