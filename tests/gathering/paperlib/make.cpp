// Make a library as Paperlib 2 keeps it: file format 22, in many commits, not compacted.
//
// Needs realm-core 12, whose source npm's realm@10.24.0 carries in package/vendor/realm-core/src:
// compile what REALM_SOURCES and UTIL_SOURCES in realm/CMakeLists.txt name, with util/config.h and
// version_numbers.hpp made from their .in files, and link this with it, with OpenSSL and zlib.
//
//     make 40 paperlib2.realm
//
// Beside the file it writes what Realm itself reads of the papers, as JSON.
#include <fstream>
#include <iostream>
#include <json/json.hpp>
#include <realm.hpp>
#include <realm/history.hpp>
#include <realm/transaction.hpp>
using namespace realm;
int main(int argc, char **argv) {
    int count = atoi(argv[1]);
    auto db = DB::create(make_in_realm_history(), argv[2]);
    std::vector<std::string> texts = {"title", "authors", "publication", "pubTime",
                                      "doi",   "arxiv",   "mainURL",     "note",
                                      "pages", "volume",  "number",      "publisher"};
    {
        auto t = db->start_write();
        auto meta = t->add_table("metadata");
        meta->add_column(type_Int, "version");
        auto tag = t->add_table_with_primary_key("class_PaperTag", type_ObjectId, "_id");
        auto folder = t->add_table_with_primary_key("class_PaperFolder", type_ObjectId, "_id");
        for (auto one : {tag, folder}) {
            one->add_column(type_String, "_partition", true);
            one->add_column(type_String, "name");
            one->add_column(type_Int, "count");
            one->add_column(type_String, "color", true);
        }
        auto p = t->add_table_with_primary_key("class_PaperEntity", type_ObjectId, "_id");
        p->add_column(type_ObjectId, "id");
        p->add_column(type_String, "_partition", true);
        p->add_column(type_Timestamp, "addTime");
        for (auto &name : texts)
            p->add_column(type_String, name);
        p->add_column(type_Int, "pubType");
        p->add_column_list(type_String, "supURLs");
        p->add_column(type_Int, "rating");
        p->add_column_list(*tag, "tags");
        p->add_column_list(*folder, "folders");
        p->add_column(type_Bool, "flag");
        p->add_column_list(type_String, "codes");
        t->commit();
    }
    int n_ids = 0;
    auto oid = [&] {
        char b[25];
        snprintf(b, 25, "%024x", ++n_ids);
        return ObjectId(b);
    };
    {
        auto t = db->start_write();
        for (auto [table, names] :
             {std::pair{"class_PaperTag", std::vector<std::string>{"to read", "苔"}},
              std::pair{"class_PaperFolder", std::vector<std::string>{"Moss", "Ponds"}}})
            for (auto &name : names) {
                auto o = t->get_table(table)->create_object_with_primary_key(oid());
                o.set("name", StringData(name));
                o.set("color", StringData("blue"));
            }
        t->commit();
    }
    std::string long_note;
    for (int i = 0; i < 40; i++)
        long_note += "Moss grows towards the light; 苔は光の方へ伸びます。\n\n";
    for (int n = 0; n < count;) {
        auto t = db->start_write();
        auto p = t->get_table("class_PaperEntity");
        auto tags = t->get_table("class_PaperTag"), folders = t->get_table("class_PaperFolder");
        for (int k = 0; k < 37 && n < count; k++, n++) {
            auto id = oid();
            auto o = p->create_object_with_primary_key(id);
            o.set("id", id);
            o.set("addTime", Timestamp(1600000000 + n * 86400LL, 5000000));
            auto s = [&](const char *c, std::string v) { o.set(c, StringData(v)); };
            s("title",
              (n % 2 ? "苔の成長について、その" : "The growth of moss, part ") + std::to_string(n));
            s("authors", n % 2 ? "星 みお, 森 はる" : "Ada Field, Bo Lind");
            s("publication", n % 3 ? "Garden Studies" : "苔の研究");
            s("pubTime", std::to_string(2000 + n % 20));
            s("doi", n % 4 ? "" : "10.5555/moss." + std::to_string(n));
            s("arxiv", n % 4 == 1 ? "2506." + std::to_string(10000 + n) : "");
            s("mainURL", n % 3 ? "" : "Growth_" + std::to_string(n) + ".pdf");
            s("note", n % 10 == 3 ? "<md>\n# Moss\n" : n % 10 == 7 ? long_note : "");
            o.set("rating", int64_t(n % 6));
            o.set("flag", n % 5 == 0);
            o.set("pubType", int64_t(n % 4));
            auto sup = o.get_list<String>(p->get_column_key("supURLs"));
            std::vector<std::string> keep;
            for (int i = 0; i < n % 4; i++)
                keep.push_back("Sup_" + std::to_string(n) + "_" + std::to_string(i) + ".pdf");
            for (auto &one : keep)
                sup.add(StringData(one));
            o.get_linklist("tags").add(tags->get_object(n % 2).get_key());
            if (n % 3 == 0)
                o.get_linklist("folders").add(folders->get_object(n % 2).get_key());
        }
        t->commit();
    }
    if (count > 5) {
        auto t = db->start_write();
        auto p = t->get_table("class_PaperEntity");
        std::vector<ObjKey> gone;
        int n = 0;
        for (auto &o : *p) {
            if (n++ % 11 == 5)
                gone.push_back(o.get_key());
        }
        for (auto k : gone)
            p->remove_object(k);
        p->enumerate_string_column(p->get_column_key("publication"));
        p->enumerate_string_column(p->get_column_key("authors"));
        // a list of more than one leaf
        auto codes = p->get_object(1).get_list<String>(p->get_column_key("codes"));
        for (int i = 0; i < 1200; i++)
            codes.add(StringData("c" + std::to_string(i)));
        t->commit();
    }
    auto t = db->start_read();
    auto p = t->get_table("class_PaperEntity");
    std::string out;
    for (auto &o : *p) {
        nlohmann::json j;
        j["_id"] = o.get<ObjectId>("_id").to_string();
        j["id"] = o.get<ObjectId>("id").to_string();
        auto part = o.get<String>("_partition");
        j["_partition"] = part.is_null() ? nlohmann::json() : nlohmann::json(std::string(part));
        char when[40];
        time_t at = o.get<Timestamp>("addTime").get_seconds();
        strftime(when, 40, "%Y-%m-%dT%H:%M:%S.000Z", gmtime(&at));
        j["addTime"] = when;
        for (auto &c : texts)
            j[c] = std::string(o.get<String>(StringData(c)));
        j["rating"] = o.get<int64_t>("rating");
        j["pubType"] = o.get<int64_t>("pubType");
        j["flag"] = o.get<bool>("flag");
        for (auto c : {"supURLs", "codes"}) {
            j[c] = nlohmann::json::array();
            auto l = o.get_list<String>(p->get_column_key(c));
            for (size_t i = 0; i < l.size(); i++)
                j[c].push_back(std::string(l.get(i)));
        }
        for (auto c : {"tags", "folders"}) {
            j[c] = nlohmann::json::array();
            auto l = o.get_linklist(p->get_column_key(c));
            for (size_t i = 0; i < l.size(); i++)
                j[c].push_back(std::string(l.get_object(i).get<String>("name")));
        }
        out += (out.empty() ? "[" : ",\n") + j.dump();
    }
    std::ofstream(std::string(argv[2]) + ".json") << out << "]\n";
    t->close();
    db->close();
}
