import InstructorStore
import Tracing

/// Gives each call a span of swift-distributed-tracing, where a tracer was bootstrapped before the pool was made.
///
/// A span is named after the operation and of kind `client`; its attributes follow OpenTelemetry's conventions for
/// databases (`db.system.name`, `db.operation.name`, `error.type`). It holds no argument and no stored value.
struct CallTracer: Sendable {
  private let tracer: any Tracer

  /// `nil` where there is no tracer: then a call has no cost of it.
  init?(_ tracer: any Tracer = InstrumentationSystem.tracer) {
    if tracer is NoOpTracer { return nil }
    self.tracer = tracer
  }

  func start(_ call: CallContext) -> any Span {
    let span = tracer.startAnySpan("\(call.operation)", ofKind: .client)
    span.attributes["db.system.name"] = Self.systemName(of: "\(call.backend)")
    span.attributes["db.operation.name"] = "\(call.operation)"
    return span
  }

  func end(_ span: any Span, _ error: StoreError?) {
    if let error {
      span.attributes["error.type"] = "\(error.code)"
      // The description shows no data; the underlying error may.
      span.setStatus(SpanStatus(code: .error, message: error.description))
    }
    span.end()
  }

  private static func systemName(of backend: String) -> String {
    backend.hasPrefix("postgres") ? "postgresql" : backend == "mongo" ? "mongodb" : backend
  }
}
