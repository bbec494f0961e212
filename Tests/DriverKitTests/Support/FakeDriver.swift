import InstructorStore

@testable import DriverKit

/// Stands for a database's client library, so that the pool alone is tested: no database is meant here.
final class FakeDriver: ConnectionDriver {
  final class Connection {
    let number: Int
    let signal: WakeSignal
    var isReusable = true

    init(number: Int, signal: WakeSignal) {
      self.number = number
      self.signal = signal
    }
  }

  /// A number to be sent, and what comes back.
  final class Request: Sendable {
    let number: Int
    let answer = Shared<Int?>(nil)
    init(_ number: Int) { self.number = number }
  }

  typealias Batch = [BatchedCall<Connection, Request>]
  typealias RunBatch = @Sendable (_ batch: Batch, _ connection: Connection) -> Void

  typealias Connect =
    @Sendable (_ attempt: Int, _ deadline: Deadline, _ signal: WakeSignal) throws(StoreError) -> Void

  let attempts = Counter()
  let opened = Counter()
  let closed = Counter()
  private let mostOpen = Shared(0)
  private let deadPeers = Shared<Set<Int>>([])
  private let onConnect: Connect
  private let onBatch: RunBatch

  init(onConnect: @escaping Connect = { _, _, _ in }, onBatch: @escaping RunBatch = { _, _ in }) {
    self.onBatch = onBatch
    self.onConnect = onConnect
  }

  /// Answers each request with its number, unless `onBatch` has kept an error.
  func run(_ batch: Batch, on connection: Connection) {
    for call in batch { call.request.answer.update { $0 = call.request.number } }
    onBatch(batch, connection)
  }

  var openNow: Int { opened.value - closed.value }
  var mostOpenAtOnce: Int { mostOpen.value }

  /// The server's end of connection `number` goes away while it is idle.
  func killPeer(_ number: Int) { deadPeers.update { _ = $0.insert(number) } }

  func connect(for call: CallContext, deadline: Deadline, signal: WakeSignal) throws(StoreError) -> Connection
  {
    try onConnect(attempts.increment(), deadline, signal)
    let connection = Connection(number: opened.increment(), signal: signal)
    mostOpen.update { $0 = max($0, openNow) }
    return connection
  }

  func isAlive(_ connection: Connection) -> Bool {
    !deadPeers.value.contains(connection.number)
  }

  func isReusable(_ connection: Connection) -> Bool { connection.isReusable }

  func close(_ connection: Connection) { closed.increment() }
}

typealias FakePool = ConnectionPool<FakeDriver>

let context = CallContext(backend: "fake", operation: "test")

func makePool(
  _ driver: FakeDriver, connections: Int = 1, waiting: Int = 100, timeout: Duration = .seconds(60),
  acquire: Duration = .seconds(60), connect: Duration = .seconds(60), dispatch: DispatchMode = .batched
) -> FakePool {
  FakePool(
    driver: driver, name: "test",
    options: PoolOptions(
      connections: connections, waitingCalls: waiting, timeout: timeout, acquireTimeout: acquire,
      connectTimeout: connect, dispatch: dispatch, lanes: 1))
}

extension ConnectionPool where Driver == FakeDriver {
  typealias Body<Value> = @Sendable (FakeDriver.Connection, Call) throws(StoreError) -> Value

  /// A lease whose error is a value, as tests compare it.
  func result<Value: Sendable>(
    _ effect: CallEffect = .read, timeout: Duration? = nil, _ body: @escaping Body<Value>
  ) async -> Result<Value, StoreError> {
    do throws(StoreError) {
      return .success(try await lease(context, effect, timeout: timeout, body))
    } catch {
      return .failure(error)
    }
  }

  /// Sends a number that may share its exchange with others, and gives what comes back.
  func send(
    _ number: Int, _ effect: CallEffect = .read, batchClass: UInt8 = 1, timeout: Duration? = nil
  ) async -> Result<Int?, StoreError> {
    let request = FakeDriver.Request(number)
    do throws(StoreError) {
      try await perform(context, effect, batchClass: batchClass, request, timeout: timeout)
      return .success(request.answer.value)
    } catch {
      return .failure(error)
    }
  }

  /// Starts to send and waits until the call is in the queue.
  func enqueueSend(
    _ number: Int, _ effect: CallEffect = .read, batchClass: UInt8 = 1, timeout: Duration? = nil
  ) async -> Task<Result<Int?, StoreError>, Never> {
    let before = statistics().waitingCalls
    let task = Task { await self.send(number, effect, batchClass: batchClass, timeout: timeout) }
    await until { self.statistics().waitingCalls > before }
    return task
  }

  /// A call past the checks of `lease`, with a bound of its own for the wait in the queue.
  func submit<Value: Sendable>(
    _ effect: CallEffect, queueTimeout: Duration, timeout: Duration = .seconds(60),
    onSubmit: (Call) -> Void = { _ in },
    _ body: @escaping Body<Value>
  ) async -> Result<Value, StoreError> {
    let call = ExclusiveCall<FakeDriver.Connection, Value>(
      context, effect, CallLimits(deadline: .after(timeout), queueDeadline: .after(queueTimeout)), body: body)
    onSubmit(call)
    await withUnsafeContinuation { continuation in
      call.prepareToWait(continuation)
      core.submit(call)
    }
    do throws(StoreError) { return .success(try call.result()) } catch { return .failure(error) }
  }

  /// Starts a call in a task of its own.
  func start<Value: Sendable>(
    _ effect: CallEffect = .read, timeout: Duration? = nil, _ body: @escaping Body<Value>
  ) -> Task<Result<Value, StoreError>, Never> {
    Task { await self.result(effect, timeout: timeout, body) }
  }

  /// Starts a call that keeps a connection busy until the gate opens.
  func occupy(_ gate: Gate) -> Task<Result<Void, StoreError>, Never> { start { _, _ in gate.pass() } }

  /// Starts a call and waits until it is in the queue.
  func enqueue<Value: Sendable>(
    _ effect: CallEffect = .read, timeout: Duration? = nil, _ body: @escaping Body<Value>
  ) async -> Task<Result<Value, StoreError>, Never> {
    let before = statistics().waitingCalls
    let task = start(effect, timeout: timeout, body)
    await until { self.statistics().waitingCalls > before }
    return task
  }
}

extension Result where Failure == StoreError {
  var code: StoreError.Code? {
    if case .failure(let error) = self { error.code } else { nil }
  }

  var outcome: StoreError.Outcome? {
    if case .failure(let error) = self { error.outcome } else { nil }
  }

  var value: Success? { try? get() }
}
