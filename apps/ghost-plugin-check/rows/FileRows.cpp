// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>

#include "bench/Bench.h"
#include "bench/ElfExports.h"
#include "bench/Traces.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

const QStringList knownFacets{QStringLiteral("VmConsole"),    QStringLiteral("VmStats"),
                              QStringLiteral("VmPause"),      QStringLiteral("VmNicUpdate"),
                              QStringLiteral("PortForwards"), QStringLiteral("CloudLink")};

void metadataIsComplete(Bench &bench)
{
    static const QRegularExpression idForm(QStringLiteral("^[a-z0-9][a-z0-9-]{0,62}$"));
    static const QRegularExpression versionForm(QStringLiteral("^[0-9]+\\.[0-9]+\\.[0-9]+"));
    const Subject &subject = bench.subject();
    for (const char *key : {"id", "name", "version", "description", "vendor", "license"})
        must(!subject.declared.value(QLatin1String(key)).toString().isEmpty(),
             QStringLiteral("'%1' is missing or empty").arg(QLatin1String(key)));
    const PluginMetadata &metadata = subject.metadata;
    must(idForm.match(metadata.id).hasMatch(), QStringLiteral("id '%1' is not of the form [a-z0-9-]").arg(metadata.id));
    must(versionForm.match(metadata.version).hasMatch(),
         QStringLiteral("version '%1' is not of the form 1.2.3").arg(metadata.version));
    expect("name of the file", QFileInfo(metadata.file).fileName()).is(metadata.id + QStringLiteral(".so"));
}

void exportsOnlyTheEntryPoints(Bench &bench)
{
    const QStringList exported = expect("its symbols", exportedSymbols(bench.subject().metadata.file)).ok();
    expect("exported symbols", exported)
        .is({QStringLiteral("qt_plugin_instance"), QStringLiteral("qt_plugin_query_metadata_v2")});
}

void loadingDoesNothing(Bench &bench)
{
    const Traces before = Traces::now(bench.room());
    bench.object();
    QStringList traces = newTracesOnceSettled(before, bench.room());
    expect("after loading, before activate", traces).is({});
}

void facetsAreAsDeclared(Bench &bench)
{
    for (const QString &facet : bench.subject().facets)
        must(knownFacets.contains(facet), QStringLiteral("'%1' is no facet of this SDK").arg(facet));
    for (const QString &facet : knownFacets) {
        const QByteArray iid = QByteArrayLiteral("org.ghost.") + facet.toLatin1() + "/1";
        const bool has = bench.object().qt_metacast(iid.constData()) != nullptr;
        const bool declared = bench.subject().facets.contains(facet);
        must(has == declared, QStringLiteral("facet %1 is %2")
                                  .arg(facet, has ? QStringLiteral("there but not declared")
                                                  : QStringLiteral("declared but not there")));
    }
}

} // namespace

Rows fileRows()
{
    return {
        {.name = "metadata-complete",
         .rule =
             "the metadata says who made what: id, name, version, description, vendor, license; the file is <id>.so",
         .where = "plugin.schema.json",
         .run = metadataIsComplete},
        {.name = "two-entry-points",
         .rule = "a plugin exports Qt's two entry points and nothing else, so that no two plugins meet",
         .where = "GhostAddPlugin.cmake, plugin.map",
         .run = exportsOnlyTheEntryPoints},
        {.name = "loading-does-nothing",
         .rule = "before activate a plugin has no threads, files, connections or processes",
         .where = "ghost/Plugin.h, activate: \"before any other call\"",
         .run = loadingDoesNothing},
        {.name = "facets-as-declared",
         .rule = "the root object has exactly the facets that the metadata declares",
         .where = "plugin.schema.json, facets: \"Further interfaces of its root object\"",
         .run = facetsAreAsDeclared},
    };
}

} // namespace ghost::kit
