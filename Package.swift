// swift-tools-version: 6.2
import Foundation
import PackageDescription

// `make fuzz` instruments the core and adds its targets; an ordinary build must see neither (tools/fuzz.py).
let fuzzing = ProcessInfo.processInfo.environment["FOYER_FUZZ"]
let instruments =
    switch fuzzing {
    case nil: [String]()
    case "coverage": ["-sanitize=fuzzer", "-profile-generate", "-profile-coverage-mapping"]
    default: ["-sanitize=fuzzer,address", "-enforce-exclusivity=checked"]
    }

// `make mutants` plants bugs, which the simulation must find; any other build has neither them nor their switch.
// `make release` names the archive of the pages, which the program then carries (tools/archive.py).
let pages = ProcessInfo.processInfo.environment["FOYER_PAGES"]

let plantsBugs = ProcessInfo.processInfo.environment["FOYER_MUTANTS"] != nil
let mutants: [Target.Dependency] = plantsBugs ? ["Mutants"] : []

// One array of settings for every Swift target (docs/decisions/0003-build-settings.md).
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        // The codec is inlined into the loop across modules, and a loop's state is one thread's: checking at run time that
        // no two accesses overlap would cost an echo 400 instructions. Debug builds, and so the tests, do check.
        .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release)),
        .unsafeFlags(instruments),
        // The control socket by which tests let days pass: in no release (docs/decisions/0010).
        .define("FOYER_TESTING", .when(configuration: .debug)),
    ] + (plantsBugs ? [.define("FOYER_MUTANTS")] : [])

/// A core module: no I/O, no clock, no randomness, no locks, no logging. It may depend on core modules only.
func core(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies + mutants, swiftSettings: settings)
}

/// A shell module: talks to the outside world; may depend on core modules, its own C module and Reactor.
func shell(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies + mutants, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], excluding: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: excluding,
        swiftSettings: settings)
}

let coreTargets: [Target] =
    [
        core("CaseMachine"),
        core("Presence"),
        core("WebSocket", ["CZlib"]),
        core("Wire"),
        core("Feed"),
    ] + (plantsBugs ? [.target(name: "Mutants", swiftSettings: settings)] : [])

let shellTargets: [Target] = [
    shell("Reactor", ["WebSocket", "CLinux", "COpenSSL"]),
    shell("Broker", ["Reactor", "WebSocket", "CHiredis"]),
    shell(
        "CaseStore",
        [
            "CaseMachine", "COpenSSL", "CPostgres", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    shell("Files", ["COpenSSL", "CZlib"]),
    // What the house asks of others, over HTTP, and its mail: by libcurl.
    shell("HTTPClient", ["CCurl"]),
    shell("Notifications", ["CaseMachine", "COpenSSL", "HTTPClient"]),
    shell(
        "Gateway",
        [
            "CaseMachine", "Presence", "WebSocket", "Wire", "Feed", "Reactor", "Broker", "CaseStore", "Files",
            "Notifications", "CLinux", "CPages", "CQREncode", "CZlib",
            .product(name: "DequeModule", package: "swift-collections"),
            .product(name: "Logging", package: "swift-log"),
        ]),
    // Several nodes in one thread: the product's own engine, machine, presence and feed on a virtual clock.
    shell("Simulation", ["CaseMachine", "Presence", "Feed", "CaseStore", "Gateway"]),
]

let programs: [Target] = [
    .executableTarget(
        name: "foyer",
        dependencies: [
            "Broker", "CaseMachine", "CaseStore", "Files", "Gateway", "Notifications", "Reactor", "Simulation",
            "WebSocket",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ] + mutants,
        swiftSettings: settings),
    // What the load generator writes down, and the check of it: apart from the program, for its tests.
    .target(name: "LoadCheck", path: "loadtest/LoadCheck", swiftSettings: settings),
    .executableTarget(
        name: "foyer-load",
        dependencies: [
            "LoadCheck", "Reactor", "WebSocket", "Wire", "CCurl", "CLinux",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "DequeModule", package: "swift-collections"),
            .product(name: "Histogram", package: "hdrhistogram-swift"),
        ],
        path: "loadtest/Program", swiftSettings: settings),
]

let cTargets: [Target] = [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(
        name: "CPages",
        cSettings: [.unsafeFlags(["-std=c23"])] + (pages.map { [.define("FOYER_PAGES", to: "\"\($0)\"")] } ?? [])),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
]

let testTargets: [Target] = [
    .target(
        name: "TestSupport", dependencies: ["WebSocket", "CPostgres"], path: "Tests/TestSupport",
        swiftSettings: settings),
    tests("WebSocket", ["WebSocket", "TestSupport"]),
    tests("Reactor", ["Reactor", "WebSocket", "CLinux", "COpenSSL", "TestSupport"]),
    tests(
        "Gateway",
        [
            "Broker", "Gateway", "Reactor", "WebSocket", "CaseMachine", "CaseStore", "Notifications", "Simulation",
            "TestSupport", "Wire",
            .product(name: "Logging", package: "swift-log"),
        ]),
    tests("Broker", ["Broker", "Reactor", "WebSocket", "TestSupport"]),
    tests("CaseMachine", ["CaseMachine", "TestSupport"]),
    tests("Files", ["Files", "CZlib", "TestSupport"]),
    tests("HTTPClient", ["HTTPClient", "TestSupport"]),
    tests("Notifications", ["Notifications", "CaseMachine", "HTTPClient", "TestSupport"]),
    tests("Presence", ["Presence", "TestSupport"]),
    tests("Feed", ["Feed", "TestSupport"]),
    tests("Wire", ["Wire", "TestSupport"], excluding: ["Examples"]),
    tests(
        "CaseStore",
        [
            "CaseStore", "CaseMachine", "Simulation", "COpenSSL", "TestSupport", "store-victim",
            .product(name: "GRDB", package: "GRDB.swift"),
        ], excluding: ["Victim", "Store/Schemas"]),
    // Dies in the store's tests, at the step that they name.
    .executableTarget(
        name: "store-victim", dependencies: ["CaseStore", "CaseMachine"], path: "Tests/CaseStore/Victim",
        swiftSettings: settings),
    tests("LoadTest", ["LoadCheck"]),
    tests("Tidy", []),
    tests("Simulation", ["Simulation", "Gateway", "CaseStore", "CaseMachine", "TestSupport"]),
    .executableTarget(
        name: "conformance-client", dependencies: ["Reactor", "WebSocket"], path: "Tests/Conformance/Client",
        swiftSettings: settings),
]

// A target of libFuzzer each (docs/fuzzing.md), with what they share.
let fuzzTargets: [Target] =
    fuzzing == nil
    ? []
    : [
        .systemLibrary(name: "CFuzzer", path: "fuzz/CFuzzer"),
        .target(name: "FuzzSupport", dependencies: ["CFuzzer"], path: "fuzz/Support", swiftSettings: settings),
    ]
        + ["RequestHead", "Frames", "Inflate", "UTF8", "Extensions", "Messages", "Files"].map { name in
            .executableTarget(
                name: "Fuzz\(name)", dependencies: ["WebSocket", "Wire", "Files", "FuzzSupport", "CZlib"],
                path: "fuzz/\(name)",
                exclude: ["corpus", "words.dict"], swiftSettings: settings,
                // gold gives up on an undefined symbol that lld resolves.
                linkerSettings: [.unsafeFlags(["-use-ld=lld"] + instruments)])
        }

let package = Package(
    name: "foyer",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: coreTargets + shellTargets + programs + cTargets + testTargets + fuzzTargets,
    cLanguageStandard: .gnu17
)
