// {files} -> [{file, line, rule, message}]: what html-validate finds in files of HTML.
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { input, output } from "./browser.mjs";
import config from "./html-validate.config.mjs";

const validator = new HtmlValidate(new StaticConfigLoader(config));
const found = [];
for (const file of input().files) {
  const report = await validator.validateFile(file);
  for (const { messages } of report.results) {
    for (const { line, ruleId, message } of messages) found.push({ file, line, rule: ruleId, message });
  }
}
output(found);
