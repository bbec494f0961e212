import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct BackgroundWork {
    @Test func noMoreThreadsThanAllowedAndEverythingAcceptedRuns() async {
      let threads = BackgroundThreads(maximumThreads: 3, maximumWaiting: 10)
      let gate = Gate()
      let done = Counter()
      // A thread takes one before the next is offered, so that the number that waits is known.
      for number in 1...3 {
        #expect(
          threads.run {
            gate.pass()
            done.increment()
          })
        await gate.arrivals.reaches(number)
      }
      for _ in 0..<10 {
        #expect(
          threads.run {
            gate.pass()
            done.increment()
          })
      }
      #expect(!threads.run { done.increment() })
      #expect(gate.arrivals.value == 3)
      gate.open(13)
      await done.reaches(13)
      // Its threads have nothing to do; another piece is run all the same.
      #expect(threads.run { done.increment() })
      await done.reaches(14)
    }
  }
}
