/* The forms, improved: they work without this script.

   Fields that the record does not call for are out of sight, never out of the form: what they hold
   is posted as before. A field with an error or a gap stays in sight, and so does one that a link
   leads to. */
(function () {
  "use strict";

  function values(form, name) {
    var input = form.elements[name];
    return input ? String(input.value) : "";
  }

  function wanted(form, condition) {
    return Object.keys(condition).every(function (name) {
      return condition[name].indexOf(values(form, name)) >= 0;
    });
  }

  function update(form) {
    form.querySelectorAll("[data-ontario-shown-when]").forEach(function (part) {
      var condition = JSON.parse(part.dataset.ontarioShownWhen);
      part.hidden = !part.dataset.ontarioKept && !wanted(form, condition);
    });
  }

  function reveal(id) {
    var target = id && document.getElementById(id);
    var part = target && target.closest("[data-ontario-shown-when]");
    if (part && part.hidden) {
      part.dataset.ontarioKept = "true";
      part.hidden = false;
    }
    return target;
  }

  function follow(event) {
    var link = event.target.closest && event.target.closest("a[href*='#field-']");
    if (!link || link.pathname !== window.location.pathname) {
      return;
    }
    var target = reveal(decodeURIComponent(link.hash.slice(1)));
    if (target) {
      event.preventDefault();
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    }
  }

  function start() {
    document.querySelectorAll("form[data-ontario-form], form#dataset-edit, form#resource-edit").forEach(function (form) {
      update(form);
      form.addEventListener("change", function () {
        update(form);
      });
    });
    document.addEventListener("click", follow);
    var summary = document.getElementById("form-errors");
    if (summary) {
      summary.focus();
    } else if (window.location.hash.indexOf("#field-") === 0) {
      var target = reveal(decodeURIComponent(window.location.hash.slice(1)));
      if (target) {
        target.focus();
      }
    }
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
