// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "instructor-store",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "InstructorStore", targets: ["InstructorStore"]),
    .library(name: "PostgresBackend", targets: ["PostgresBackend"]),
    .library(name: "MongoBackend", targets: ["MongoBackend"]),
    .library(name: "StoreConformance", targets: ["StoreConformance"]),
    .library(name: "BenchmarkKit", targets: ["BenchmarkKit"]),
    .executable(name: "dbbench", targets: ["dbbench"]),
    // Preloaded by `dbbench allocations`; nothing links it.
    .library(name: "CAllocationCounter", type: .dynamic, targets: ["CAllocationCounter"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // Ring 1: the interface, the in-memory backend. No database, no NIO.
    .target(name: "InstructorStore", swiftSettings: strict),

    // Ring 2: the two databases and what they share.
    .target(
      name: "DriverKit",
      dependencies: [
        "InstructorStore", .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: strict),
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "CLibMongoC", pkgConfig: "libmongoc-1.0",
      providers: [.apt(["libmongoc-dev"]), .brew(["mongo-c-driver@1"])]),
    .target(
      name: "PostgresBackend", dependencies: ["InstructorStore", "DriverKit", "CLibPQ"],
      swiftSettings: strict),
    .target(
      name: "MongoBackend", dependencies: ["InstructorStore", "DriverKit", "CLibMongoC"],
      swiftSettings: strict),

    // Ring 3: the contract as runnable cases, data, servers, and the benchmark.
    .target(name: "StoreConformance", dependencies: ["InstructorStore"], swiftSettings: strict),
    .target(name: "CatalogGenerator", dependencies: ["InstructorStore"], swiftSettings: strict),
    .target(
      name: "EphemeralServers",
      dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
      swiftSettings: strict),
    .target(
      name: "BenchmarkKit",
      dependencies: [
        "InstructorStore", "CatalogGenerator", "CProcessors",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "RealModule", package: "swift-numerics"),
        .product(name: "Yams", package: "Yams"),
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Mixes/Files")],
      swiftSettings: strict),
    // A system call that Swift can't import.
    .target(name: "CProcessors"),
    // malloc and its kin, counted.
    .target(name: "CAllocationCounter"),
    // Plain C loops over libpq and libmongoc, which `dbbench reference` compares the library with.
    .target(name: "CReferenceLoops", dependencies: ["CLibPQ", "CLibMongoC"]),
    .executableTarget(
      name: "dbbench",
      dependencies: [
        "BenchmarkKit", "CReferenceLoops", "CatalogGenerator", "EphemeralServers", "InstructorStore",
        "MongoBackend",
        "PostgresBackend",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: strict),

    // Stores that forward to another one, for tests that change a call or two.
    .target(
      name: "StoreDecorators", dependencies: ["InstructorStore"], path: "Tests/StoreDecorators",
      swiftSettings: strict),
    // Waiting in tests, with bounds; connections that are cut at a byte.
    .target(
      name: "TestSupport", dependencies: ["InstructorStore"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "InstructorStoreTests", dependencies: ["InstructorStore"], swiftSettings: strict),
    .testTarget(
      name: "DriverKitTests",
      dependencies: [
        "DriverKit", "InstructorStore", .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CatalogGeneratorTests", dependencies: ["CatalogGenerator", "InstructorStore"],
      swiftSettings: strict),
    .testTarget(
      name: "EphemeralServersTests", dependencies: ["EphemeralServers"], swiftSettings: strict),
    .testTarget(
      name: "MongoBackendTests",
      dependencies: [
        "MongoBackend", "CLibMongoC", "DriverKit", "InstructorStore", "EphemeralServers", "TestSupport",
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PostgresBackendTests",
      dependencies: ["PostgresBackend", "DriverKit", "EphemeralServers", "InstructorStore", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "StoreConformance", "EphemeralServers", "InstructorStore", "PostgresBackend",
        "MongoBackend", "CatalogGenerator", "StoreDecorators",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DifferentialTests",
      dependencies: [
        "StoreConformance", "EphemeralServers", "InstructorStore", "PostgresBackend", "MongoBackend",
        "StoreDecorators",
      ],
      exclude: ["Regressions"], swiftSettings: strict),
    .testTarget(
      name: "BenchmarkKitTests",
      dependencies: [
        "BenchmarkKit", "InstructorStore", "CatalogGenerator", "StoreDecorators", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DbbenchTests",
      dependencies: [
        "EphemeralServers", "TestSupport", .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
