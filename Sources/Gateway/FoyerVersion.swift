/// This release, wherever it is named: `foyer --version`, `/version`, the metrics, the package (tools/package.py reads it
/// here).
package enum FoyerVersion {
    package static let text: StaticString = "0.5.0"
}
