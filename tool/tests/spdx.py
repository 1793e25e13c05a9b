# SPDX-License-Identifier: ISC
"""Is the file an SPDX 2.3 document in JSON?  What the specification demands of
the fields that fata sbom writes, and no other fields.
    spdx.py FILE NAME...   names: packages that must be there"""
import json
import re
import sys

LIST_ID = r"[A-Za-z0-9.-]+"
ID = r"(LicenseRef-)?" + LIST_ID + r"\+?( WITH " + LIST_ID + ")?"
CATEGORIES = {"SECURITY", "PACKAGE-MANAGER", "PERSISTENT-ID", "OTHER"}
PURPOSES = {"APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "OPERATING-SYSTEM", "DEVICE", "FIRMWARE",
            "SOURCE", "ARCHIVE", "FILE", "INSTALL", "OTHER"}
RELATIONS = {"DESCRIBES", "GENERATED_FROM", "STATIC_LINK", "DEPENDS_ON"}


def fields(o, needed, others=()):
    assert isinstance(o, dict), o
    for key in needed:
        assert key in o, f"{key} is missing in {o}"
    for key in o:
        assert key in needed or key in others, f"there is no field {key}"
        assert o[key] not in ("", [], {}), f"{key} is empty"


def expression(text):
    if text in ("NOASSERTION", "NONE"):
        return set()
    flat = text.replace("(", "").replace(")", "")
    assert text.count("(") == text.count(")"), text
    for part in re.split(r" AND | OR ", flat):
        assert re.fullmatch(ID, part) and not re.search(r"\b(AND|OR)\b", part), text
    return set(re.findall(r"LicenseRef-" + LIST_ID, text))


def checksums(o):
    for sum in o.get("checksums", []):
        fields(sum, ["algorithm", "checksumValue"])
        assert sum["algorithm"] == "SHA256" and re.fullmatch("[0-9a-f]{64}", sum["checksumValue"])


def package(p):
    fields(p, ["SPDXID", "name", "downloadLocation"],
           ["versionInfo", "filesAnalyzed", "licenseConcluded", "licenseDeclared", "copyrightText", "supplier",
            "primaryPackagePurpose", "summary", "packageFileName", "checksums", "externalRefs", "sourceInfo",
            "comment"])
    assert p.get("filesAnalyzed") is False  # else it must list its files
    assert p["primaryPackagePurpose"] in PURPOSES
    assert re.fullmatch(r"NOASSERTION|NONE|(https?|ftp|git)\S*://\S+", p["downloadLocation"])
    for ref in p.get("externalRefs", []):
        fields(ref, ["referenceCategory", "referenceType", "referenceLocator"])
        assert ref["referenceCategory"] in CATEGORIES
        assert re.fullmatch(r"pkg:deb/[a-z]+/[a-z0-9.+-]+@[A-Za-z0-9.%_~-]+(\?arch=source)?", ref["referenceLocator"])
    checksums(p)
    return expression(p["licenseConcluded"]) | expression(p["licenseDeclared"])


def main(path, names):
    doc = json.load(open(path, encoding="utf-8"), object_pairs_hook=lambda pairs: unique(pairs))
    fields(doc, ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages",
                 "relationships"], ["comment", "hasExtractedLicensingInfos"])
    assert doc["spdxVersion"] == "SPDX-2.3" and doc["dataLicense"] == "CC0-1.0"
    assert doc["SPDXID"] == "SPDXRef-DOCUMENT"
    assert re.fullmatch(r"https://[^\s#]+", doc["documentNamespace"])
    fields(doc["creationInfo"], ["created", "creators"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", doc["creationInfo"]["created"])
    for creator in doc["creationInfo"]["creators"]:
        assert re.fullmatch(r"Tool: \S+-\S+", creator)
    refs = set()
    ids = [doc["SPDXID"]] + [p["SPDXID"] for p in doc["packages"]]
    for p in doc["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", p["SPDXID"])
        refs |= package(p)
    assert len(set(ids)) == len(ids), "an id is there twice"
    extracted = set()
    for info in doc.get("hasExtractedLicensingInfos", []):
        fields(info, ["licenseId", "extractedText"], ["name"])
        extracted.add(info["licenseId"])
    assert refs == extracted, f"licences {refs}, texts of {extracted}"
    related = set()
    for r in doc["relationships"]:
        fields(r, ["spdxElementId", "relationshipType", "relatedSpdxElement"])
        assert r["relationshipType"] in RELATIONS, r
        assert r["spdxElementId"] in ids and r["relatedSpdxElement"] in ids, r
        related.add(r["relatedSpdxElement"])
    assert related == set(ids[1:]), "a package has no relationship"
    assert [r["relationshipType"] for r in doc["relationships"]].count("DESCRIBES") == 1
    have = {p["name"] for p in doc["packages"]}
    for name in names:
        assert name in have, f"{name} is missing"


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys), "a key is there twice"
    return dict(pairs)


main(sys.argv[1], sys.argv[2:])
