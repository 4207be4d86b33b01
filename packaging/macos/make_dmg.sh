#!/bin/sh
# Signs, notarises and packs the app bundle: make_dmg.sh Likeness.app OUT.dmg
# Not yet run: no Mac was at hand. Without LIKENESS_SIGN_AS the bundle stays signed ad hoc, and macOS
# asks the user for leave; with LIKENESS_NOTARY_PROFILE (xcrun notarytool store-credentials) the
# image is notarised and stapled.
set -eu
app=$1 image=$2
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${LIKENESS_SIGN_AS:-}" ]; then
    find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -name uv \) -exec \
        codesign --force --timestamp --options runtime --sign "$LIKENESS_SIGN_AS" {} +
    codesign --force --timestamp --options runtime --sign "$LIKENESS_SIGN_AS" \
        --entitlements "$here/entitlements.plist" "$app"
    codesign --verify --deep --strict "$app"
fi
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname Likeness -srcfolder "$stage" -format ULMO -ov "$image"
if [ -n "${LIKENESS_SIGN_AS:-}" ]; then
    codesign --timestamp --sign "$LIKENESS_SIGN_AS" "$image"
fi
if [ -n "${LIKENESS_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$LIKENESS_NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
