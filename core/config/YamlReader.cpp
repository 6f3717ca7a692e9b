// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/YamlReader.h"

#include <sstream>
#include <vector>

#include <QtCore/QJsonArray>
#include <QtCore/QStringDecoder>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace ghost {

namespace {

YamlPlace placeOf(const YAML::Mark &mark)
{
    return {mark.line + 1, mark.column + 1};
}

/// Builds the tree from the parser's events. YAML::Node would follow aliases and merge repeated keys without a word.
class TreeBuilder : public YAML::EventHandler
{
public:
    explicit TreeBuilder(YamlDocument &document)
        : m_document(document)
    {}

    void OnDocumentStart(const YAML::Mark &mark) override
    {
        if (m_documents++ == 1)
            problem(mark, QStringLiteral("only one document is read; take this '---' away"));
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark &mark, YAML::anchor_t) override { put(mark, QJsonValue::Null); }
    void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override
    {
        problem(mark, QStringLiteral("aliases are not supported; write the value itself"));
        put(mark, QJsonValue::Undefined);
    }
    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t, const std::string &value) override
    {
        if (tag == "!") // yaml-cpp's word for quoted
            m_lastQuoted = placeOf(mark);
        const QString text = QString::fromStdString(value);
        if (!m_open.empty() && m_open.back().expectsKey())
            beginKey(mark, text);
        else
            put(mark, text);
    }
    void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    {
        open(mark, false);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t, YAML::EmitterStyle::value) override
    {
        open(mark, true);
    }
    void OnMapEnd() override { close(); }

    YamlPlace lastQuoted() const { return m_lastQuoted; }

private:
    /// A map or list that has begun and not ended.
    struct Open
    {
        YAML::Mark mark;
        bool isMap = false;
        bool isKey = false; ///< stands where a key should: nothing in it counts
        QString path;
        QString key;
        bool hasKey = false;
        bool ignored = false; ///< the value that follows has no good key
        QJsonObject map;
        QJsonArray list;

        bool expectsKey() const { return isMap && !hasKey; }
    };

    void problem(const YAML::Mark &mark, const QString &message)
    {
        m_document.problems.append({placeOf(mark), message});
    }

    QString childPath() const
    {
        const Open &parent = m_open.back();
        if (!parent.isMap)
            return QStringLiteral("%1[%2]").arg(parent.path).arg(parent.list.size());
        return parent.path.isEmpty() ? parent.key : parent.path + QLatin1Char('.') + parent.key;
    }

    void beginKey(const YAML::Mark &mark, const QString &key)
    {
        Open &map = m_open.back();
        map.key = key;
        map.hasKey = true;
        map.ignored = map.map.contains(key);
        if (map.ignored)
            problem(mark, QStringLiteral("key '%1' is given twice").arg(key.left(80)));
        else
            m_document.keys.insert(childPath(), placeOf(mark));
    }

    void open(const YAML::Mark &mark, bool isMap)
    {
        Open entry;
        entry.mark = mark;
        entry.isMap = isMap;
        if (!m_open.empty()) {
            entry.isKey = m_open.back().expectsKey();
            entry.path = entry.isKey ? QString() : childPath();
        }
        m_open.push_back(std::move(entry));
    }

    void close()
    {
        const Open entry = std::move(m_open.back());
        m_open.pop_back();
        put(entry.mark, entry.isMap ? QJsonValue(entry.map) : QJsonValue(entry.list));
    }

    /// A value is complete: as the next one of the list or map around it, or as the document.
    void put(const YAML::Mark &mark, const QJsonValue &value)
    {
        if (m_open.empty()) {
            if (value.isObject() && m_documents == 1)
                m_document.root = value.toObject();
            else if (!value.isObject() && !value.isNull() && !value.isUndefined())
                problem(mark, QStringLiteral("must be a map of keys"));
            return;
        }
        Open &parent = m_open.back();
        if (parent.expectsKey()) {
            problem(mark, QStringLiteral("a key must be text"));
            parent.hasKey = parent.ignored = true;
            return;
        }
        // yaml-cpp places a value that is missing at what follows; people look for it at its key.
        if (!parent.ignored && !value.isUndefined())
            m_document.values.insert(childPath(), value.isNull() && parent.isMap ? m_document.keys.value(childPath())
                                                                                 : placeOf(mark));
        if (!parent.isMap)
            parent.list.append(value);
        else if (!parent.ignored)
            parent.map.insert(parent.key, value);
        parent.hasKey = parent.ignored = false;
    }

    YamlDocument &m_document;
    std::vector<Open> m_open;
    int m_documents = 0;
    YamlPlace m_lastQuoted;
};

/// Number of the first line that is not UTF-8 text; 0 if all are.
int badLine(const QByteArray &text)
{
    int number = 0;
    for (const QByteArray &line : text.split('\n')) {
        ++number;
        QStringDecoder decoder(QStringDecoder::Utf8);
        const QString decoded = decoder(line);
        if (decoder.hasError() || decoded.contains(QChar::Null))
            return number;
    }
    return 0;
}

/// Whether the quoted text that begins at @p place ends before the file does. yaml-cpp takes the rest of the file for
/// it.
bool isClosed(const QByteArray &text, YamlPlace place)
{
    qsizetype at = 0;
    for (int line = 1; line < place.line; ++line)
        at = text.indexOf('\n', at) + 1;
    at += place.column - 1;
    while (at < text.size() && text[at] != '"' && text[at] != '\'') // an anchor may stand before the quote
        ++at;
    const char quote = at < text.size() ? text[at] : '"';
    for (++at; at < text.size(); ++at) {
        const bool escapes = quote == '"' ? text[at] == '\\' : text[at] == quote && text.mid(at + 1, 1) == "'";
        if (escapes)
            ++at;
        else if (text[at] == quote)
            return true;
    }
    return false;
}

} // namespace

YamlDocument readYaml(const QByteArray &given)
{
    YamlDocument document;
    const QByteArray text = given.startsWith("\xef\xbb\xbf") ? given.mid(3) : given;
    if (const int line = badLine(text)) {
        document.problems.append({{line, 1}, QStringLiteral("not UTF-8 text")});
        return document;
    }
    TreeBuilder builder(document);
    try {
        std::istringstream stream(text.toStdString());
        YAML::Parser parser(stream);
        for (int documents = 0; documents < 2 && parser.HandleNextDocument(builder);)
            ++documents;
        const YamlPlace quoted = builder.lastQuoted();
        document.isWhole = quoted.line == 0 || isClosed(text, quoted);
        if (!document.isWhole)
            document.problems.append({quoted, QStringLiteral("the quote that begins here is never closed")});
    } catch (const YAML::Exception &exception) {
        document.problems.append({placeOf(exception.mark), QString::fromStdString(exception.msg)});
    }
    return document;
}

} // namespace ghost
