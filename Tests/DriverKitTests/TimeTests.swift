import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct Time {
    @Test func aDeadlineInThePastHasPassed() {
      #expect(Deadline.after(.zero).hasPassed)
      #expect(Deadline.after(.seconds(-5)).hasPassed)
      #expect(Deadline.after(.seconds(-5)).remainingMilliseconds == 0)
      #expect(!Deadline.after(.seconds(60)).hasPassed)
    }

    @Test func remainingMillisecondsAreRoundedUpAndBounded() {
      #expect((59_900...60_000).contains(Deadline.after(.seconds(60)).remainingMilliseconds))
      #expect(Deadline.after(.microseconds(900)).remainingMilliseconds <= 1)
      #expect(Deadline.never.remainingMilliseconds == .max)
      #expect(Deadline.after(.seconds(2_999_999_999)).remainingMilliseconds == .max)
      #expect(Deadline.after(.seconds(Int64.max)) == .never)
    }

    @Test func deadlinesAreOrdered() {
      #expect(Deadline.after(.seconds(1)) < Deadline.after(.seconds(2)))
      #expect(Deadline.after(.seconds(1)) < Deadline.never)
    }

    @Test func aBackoffGrowsToItsMaximumAndNoFurther() {
      var generator = SeededGenerator(seed: 1)
      var backoff = Backoff(firstMilliseconds: 1, maximumMilliseconds: 50)
      for attempt in 0..<2_000 {
        let wait = backoff.nextMilliseconds(using: &generator)
        #expect(wait >= 0.1)
        #expect(wait <= min(50, Double(UInt64(1) << UInt64(min(attempt, 20)))))
      }
    }
  }

  @Suite struct Signals {
    @Test func itStaysRaisedUntilItIsCleared() {
      let signal = WakeSignal()
      #expect(!signal.isRaised)
      signal.raise()
      #expect(signal.isRaised)
      #expect(signal.isRaised)
      signal.clear()
      #expect(!signal.isRaised)
      signal.clear()
    }

    @Test func raisingItForEverBlocksNobody() {
      let signal = WakeSignal()
      for _ in 0..<100_000 { signal.raise() }
      signal.clear()
      #expect(!signal.isRaised)
    }

    @Test func itEndsAWaitOfAnyLength() async {
      let signal = WakeSignal()
      let ended = Counter()
      let waits = [60_000, 1e12, .infinity, .greatestFiniteMagnitude]
      for milliseconds in waits {
        _ = DriverThread.start {
          signal.wait(milliseconds: milliseconds)
          ended.increment()
        }
      }
      signal.raise()
      await ended.reaches(waits.count)
      signal.clear()
      signal.wait(milliseconds: -1)
      signal.wait(milliseconds: .nan)
    }
  }
}
