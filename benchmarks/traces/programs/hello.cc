#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <unordered_map>
int main() { std::regex r("a(b|c)*d"); std::unordered_map<std::string, std::map<int, std::regex>> m; std::cout << std::regex_match("abcd", r) << m.size(); }
