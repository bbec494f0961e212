// swift-tools-version: 6.2
import PackageDescription

// A service that uses the interface and the in-memory backend only: it must build without any C library installed.
let package = Package(
  name: "consumer",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "instructor-store", path: "../..")],
  targets: [
    .executableTarget(
      name: "Consumer", dependencies: [.product(name: "InstructorStore", package: "instructor-store")])
  ],
  swiftLanguageModes: [.v6]
)
