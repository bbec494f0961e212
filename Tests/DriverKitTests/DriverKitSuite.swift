import Testing

/// The parent of every suite of this target: they run one after the other, because some count the threads'
/// connections and the process's file descriptors.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum DriverKitSuite {}
