/** One exam, or a new one: what it says, what candidates are told, and every wording of that. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy } from "lucide-react";
import { useMemo, useState } from "react";
import { ApiError } from "@/api/client";
import { meQuery } from "@/api/queries";
import { ExamForm } from "@/exams/ExamForm";
import { bodyOf, EMPTY, type ExamForm as Form, formOf } from "@/exams/form";
import { NoticeHistory } from "@/exams/NoticeHistory";
import { changeExam, createExam, type Exam, examQuery, keepExam } from "@/exams/queries";
import { useArchive } from "@/exams/useArchive";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { LeaveGuard } from "@/ui/LeaveGuard";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

const useMay = () => useQuery(meQuery).data?.permissions.includes("exams.manage") ?? false;

function Waiting({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Loading />
      <Skeleton className="h-96 w-full rounded-lg" />
    </Page>
  );
}

function One({ exam }: { exam: Exam }) {
  const may = useMay();
  const archived = exam.archived_at !== null;
  const [dirty, setDirty] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const archive = useArchive();
  const toast = useToast();
  const save = useMutation({
    mutationFn: (form: Form) => changeExam(exam.exam_id, bodyOf(form, exam)),
    onSuccess: (saved) => {
      setDirty(false);
      keepExam(client, saved);
      toast({ text: t("exam.saved", { name: saved.name }) });
    },
  });
  const begin = useMemo(() => formOf(exam), [exam]);
  return (
    <Page
      title={exam.name}
      aside={
        may && (
          <span className="ml-auto flex gap-2">
            <Button onClick={() => navigate({ to: "/exams/new", search: { from: exam.exam_id } })}>
              <Copy size={14} aria-hidden="true" />
              {t("exams.duplicate")}
            </Button>
            <Button onClick={() => archive([exam], !archived)}>
              {archived ? <ArchiveRestore size={14} aria-hidden="true" /> : <Archive size={14} aria-hidden="true" />}
              {t(archived ? "exams.restore" : "exams.archive")}
            </Button>
          </span>
        )
      }
    >
      {archived && <p className="-mt-2 text-ink-3">{t("exam.archived")}</p>}
      <ExamForm
        key={JSON.stringify(begin)}
        exam={exam}
        begin={begin}
        disabled={!may || archived}
        busy={save.isPending}
        error={save.error}
        act={t("exam.save")}
        isNew={false}
        onDirty={setDirty}
        onSend={(form) => save.mutate(form)}
      />
      <NoticeHistory examId={exam.exam_id} />
      <LeaveGuard dirty={dirty} />
    </Page>
  );
}

export function ExamPage() {
  const { examId } = useParams({ from: "/shell/exams/$examId" });
  const navigate = useNavigate();
  const query = useQuery(examQuery(examId));
  if (query.error instanceof ApiError && [404, 422].includes(query.error.status)) {
    return (
      <Notice alert title={t("exam.missing")} detail={t("exam.missing-detail")}>
        <Button onClick={() => navigate({ to: "/exams", search: {} })}>{t("exam.back")}</Button>
      </Notice>
    );
  }
  if (query.error) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  return query.data ? <One key={examId} exam={query.data} /> : <Waiting title={t("exams.name")} />;
}

export function NewExamPage() {
  const { from } = useSearch({ from: "/shell/exams/new" });
  const original = useQuery({ ...examQuery(from ?? ""), enabled: from !== undefined });
  const [dirty, setDirty] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useToast();
  const create = useMutation({
    mutationFn: (form: Form) => createExam(bodyOf(form, original.data)),
    onSuccess: (made) => {
      keepExam(client, made);
      toast({ text: t("exam.created", { name: made.name }) });
      void navigate({ to: "/exams/$examId", params: { examId: made.exam_id }, ignoreBlocker: true });
    },
  });
  const begin = useMemo(() => {
    if (!original.data) return EMPTY;
    return { ...formOf(original.data), name: t("exam.copy-of", { name: original.data.name }).slice(0, 160) };
  }, [original.data]);
  if (original.error) return <Failure error={original.error} onRetry={() => original.refetch()} />;
  if (from !== undefined && !original.data) return <Waiting title={t("exam.new")} />;
  return (
    <Page title={t("exam.new")}>
      <ExamForm
        key={from ?? ""}
        exam={original.data}
        begin={begin}
        disabled={false}
        busy={create.isPending}
        error={create.error}
        act={t("exam.create")}
        isNew
        onDirty={setDirty}
        onSend={(form) => create.mutate(form)}
      />
      <LeaveGuard dirty={dirty} />
    </Page>
  );
}
